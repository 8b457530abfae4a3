#include "report/leak_entries.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <stdlib.h>

const char *const leak_kind_words[N_LEAK_KINDS] = {
    "definitely lost", "indirectly lost", "possibly lost", "still reachable", "suppressed"};

static int compare_figures(const struct leak_figure *x, const struct leak_figure *y) {
  if (x->bytes != y->bytes)
    return x->bytes < y->bytes ? 1 : -1;
  return (x->objects < y->objects) - (x->objects > y->objects);
}

static int compare_sites(const void *a, const void *b) {
  const struct leak_entry *x = a, *y = b;
  return (x->record_site > y->record_site) - (x->record_site < y->record_site);
}

/* Where figures are equal the order is that in which the stacks came up. */
static int compare_entries(const void *a, const void *b) {
  const struct leak_entry *x = a, *y = b;
  int order = (int)x->record_kind - (int)y->record_kind;
  order = order ? order : compare_figures(&x->record, &y->record);
  order = order ? order : compare_sites(x, y);
  order = order ? order : (int)x->is_part - (int)y->is_part;
  order = order ? order : compare_figures(&x->lost, &y->lost);
  return order ? order : (x->sample > y->sample) - (x->sample < y->sample);
}

static struct leak_entry entry_of(const struct profile_sample *sample, enum leak_kind kind) {
  struct leak_entry entry = {
      .sample = sample,
      .kind = kind,
      .lost = {sample->values[leak_bytes(kind)], sample->values[leak_objects(kind)]},
      .record_kind = kind,
      .record_site = -1,
  };
  leak_label(sample, LEAK_LABEL_SITE, &entry.record_site);
  entry.record = entry.lost;
  return entry;
}

/* The definite losses of a process, by site, with what each lost indirectly. */
struct leak_heads {
  struct leak_entry *data;
  size_t count;
};

static struct leak_entry *head_of(const struct leak_heads *heads,
                                  const struct profile_sample *sample) {
  struct leak_entry key;
  if (!heads->count || !leak_label(sample, LEAK_LABEL_LOST_BY, &key.record_site))
    return NULL;
  return bsearch(&key, heads->data, heads->count, sizeof(key), compare_sites);
}

static struct error *find_heads(const struct profile *profile, struct leak_heads *ret) {
  ret->data = calloc(profile->n_samples + 1, sizeof(*ret->data));
  if (!ret->data)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_samples; i++)
    if (profile->samples[i].values[leak_objects(LEAK_DEFINITE)])
      ret->data[ret->count++] = entry_of(&profile->samples[i], LEAK_DEFINITE);
  qsort(ret->data, ret->count, sizeof(*ret->data), compare_sites);
  for (size_t i = 0; i < profile->n_samples; i++) {
    const int64_t *values = profile->samples[i].values;
    struct leak_entry *head = head_of(ret, &profile->samples[i]);
    if (!head)
      continue;
    head->indirect.bytes += values[leak_bytes(LEAK_INDIRECT)];
    head->indirect.objects += values[leak_objects(LEAK_INDIRECT)];
    head->record.bytes += values[leak_bytes(LEAK_INDIRECT)];
    head->record.objects += values[leak_objects(LEAK_INDIRECT)];
  }
  return NULL;
}

static bool is_listed(const struct leak_report *report, const struct leak_entry *entry) {
  return report->show & 1u << entry->kind && entry->record.bytes >= report->min_bytes;
}

static bool make_entry(const struct leak_report *report, const struct leak_heads *heads,
                       const struct profile_sample *sample, enum leak_kind kind,
                       struct leak_entry *ret) {
  *ret = entry_of(sample, kind);
  if (!ret->lost.objects || !(report->show & 1u << kind))
    return false;
  if (kind != LEAK_INDIRECT)
    return is_listed(report, ret);
  const struct leak_entry *head = head_of(heads, sample);
  bool listed = is_listed(report, ret);
  if (head && is_listed(report, head)) {
    ret->is_part = true;
    ret->record = head->record;
    ret->record_kind = head->kind;
    ret->record_site = head->record_site;
  }
  return listed;
}

struct error *leak_entries(const struct leak_report *report, const struct leak_process *process,
                           struct leak_entry **ret, size_t *n) {
  const struct profile *profile = process->profile;
  struct leak_heads heads = {0};
  size_t count = 0;
  struct error *err = find_heads(profile, &heads);
  _cleanup_free_ struct leak_entry *owned = heads.data;
  struct leak_entry *entries =
      err ? NULL : calloc(profile->n_samples * N_LEAK_KINDS + 1, sizeof(*entries));
  if (!entries)
    return &error_no_memory;
  for (size_t i = 0; i < heads.count; i++)
    if (is_listed(report, &heads.data[i]))
      entries[count++] = heads.data[i];
  for (size_t i = 0; i < profile->n_samples; i++)
    for (int kind = LEAK_DEFINITE + 1; kind < N_LEAK_KINDS; kind++)
      count += make_entry(report, &heads, &profile->samples[i], kind, &entries[count]);
  qsort(entries, count, sizeof(*entries), compare_entries);
  *ret = entries;
  *n = count;
  return NULL;
}

static void append_number(struct strbuf *sb, int64_t n, bool grouped) {
  char digits[24];
  int length = snprintf(digits, sizeof(digits), "%" PRId64, n);
  for (int i = 0; i < length; i++) {
    strbuf_append_char(sb, digits[i]);
    if (grouped && (length - i) % 3 == 1 && i + 1 < length && digits[i] != '-')
      strbuf_append_char(sb, ',');
  }
}

static void append_sum(struct strbuf *sb, int64_t direct, int64_t indirect, bool split,
                       bool grouped) {
  append_number(sb, direct + indirect, grouped);
  if (!split)
    return;
  strbuf_append(sb, " (");
  append_number(sb, direct, grouped);
  strbuf_append(sb, " direct, ");
  append_number(sb, indirect, grouped);
  strbuf_append(sb, " indirect)");
}

void leak_entry_append_figure(struct strbuf *sb, const struct leak_entry *entry, bool grouped) {
  const struct leak_figure *lost = &entry->lost, *indirect = &entry->indirect;
  bool split = indirect->objects != 0;
  append_sum(sb, lost->bytes, indirect->bytes, split, grouped);
  strbuf_append(sb, lost->bytes + indirect->bytes == 1 ? " byte in " : " bytes in ");
  append_sum(sb, lost->objects, indirect->objects, split, grouped);
  strbuf_append(sb, lost->objects + indirect->objects == 1 ? " block" : " blocks");
}

void leak_figure_append(struct strbuf *sb, struct leak_figure figure, bool grouped) {
  leak_entry_append_figure(sb, &(struct leak_entry){.lost = figure}, grouped);
}

bool leak_entry_is_one(const struct leak_entry *entry) {
  return entry->lost.objects + entry->indirect.objects == 1;
}

struct leak_figure leak_total(const struct leak_report *report) {
  struct leak_figure sum = {0, 0};
  for (size_t i = 0; i < report->n_processes; i++)
    for (int kind = 0; kind < N_LEAK_KINDS; kind++)
      if (report->fail_on & 1u << kind) {
        sum.bytes += report->processes[i].total[kind].bytes;
        sum.objects += report->processes[i].total[kind].objects;
      }
  return sum;
}
