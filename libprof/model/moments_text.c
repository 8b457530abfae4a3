#include "model/moments_text.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "model/sample_types.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define HEAD "#moments: samples="
#define MOMENT "#moment: "
#define MARK "#mark: "
#define PROCESS "#process: "

/* A number that JavaScript holds exactly. */
#define MOST_NUMBER (INT64_C(1) << 53)

static bool begins(const char *text, const char *with) {
  return !strncmp(text, with, strlen(with));
}

bool moments_is_comment(const char *comment) {
  return begins(comment, HEAD) || begins(comment, MOMENT) || begins(comment, MARK) ||
         begins(comment, PROCESS);
}

/* The one head's number of samples; false where there is no head, or several. */
static bool find_head(const struct profile *profile, size_t *ret) {
  size_t found = 0;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (begins(profile->comments[i], HEAD)) {
      *ret = strtoul(profile->comments[i] + strlen(HEAD), NULL, 10);
      found++;
    }
  return found == 1 && *ret < UINT32_MAX;
}

bool moments_fit(const struct profile *profile) {
  size_t n_samples = 0;
  if (!find_head(profile, &n_samples) || n_samples != profile->n_samples)
    return false;
  for (size_t i = 0; i < n_samples; i++)
    if (profile->samples[i].place != i)
      return false;
  return true;
}

static struct error *add_comment(struct profile *profile, const struct strbuf *sb) {
  return strbuf_failed(sb) ? &error_no_memory : profile_add_comment(profile, sb->data);
}

static struct error *write_moment(const struct moment *moment, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  uint32_t place = 0;
  strbuf_appendf(&sb, MOMENT "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, moment->time,
                 moment->rss, moment->live, moment->allocated);
  for (size_t i = 0; i < moment->changes.count; i++) {
    const struct moment_change *c = &moment->changes.data[i];
    strbuf_appendf(&sb, " %u %" PRId64 " %" PRId64 " %" PRId64, c->place - place, c->allocated,
                   c->live, c->born);
    place = c->place;
  }
  return add_comment(profile, &sb);
}

static struct error *write_mark(const struct moment_mark *mark, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, MARK "%" PRIu64 " %s ", mark->time, moment_mark_words[mark->kind]);
  strbuf_append(&sb, mark->text);
  return add_comment(profile, &sb);
}

static struct error *write_other(const struct moment_other *other, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, PROCESS "%" PRId64 " %zu ", other->pid, other->totals.count);
  for (size_t i = 0; i < other->totals.count; i++) {
    const struct moment_total *t = &other->totals.data[i];
    strbuf_appendf(&sb, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " ", t->time, t->rss,
                   t->live, t->allocated);
  }
  strbuf_append(&sb, other->name);
  return add_comment(profile, &sb);
}

struct error *moments_write(const struct moments *m, struct profile *profile) {
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT;
  strbuf_appendf(&head, HEAD "%zu", profile->n_samples);
  struct error *err = add_comment(profile, &head);
  for (size_t i = 0; i < m->all.count && !err; i++)
    err = write_moment(&m->all.data[i], profile);
  for (size_t i = 0; i < m->marks.count && !err; i++)
    err = write_mark(&m->marks.data[i], profile);
  for (size_t i = 0; i < m->others.count && !err; i++)
    err = write_other(&m->others.data[i], profile);
  return err;
}

static struct error *damaged(const char *what) {
  return error_create(ERROR_BAD_INPUT, "its moments are damaged: %s", what);
}

/* Reads the number at *text, and the blank behind it. */
static bool number_next(const char **text, int64_t *ret) {
  char *end;
  errno = 0;
  *ret = strtoll(*text, &end, 10);
  if (end == *text || errno || *ret > MOST_NUMBER || *ret < -MOST_NUMBER || (*end && *end != ' '))
    return false;
  *text = end + (*end == ' ');
  return true;
}

static bool numbers_next(const char **text, int64_t *ret, int n) {
  for (int i = 0; i < n; i++)
    if (!number_next(text, &ret[i]))
      return false;
  return true;
}

/* The places are those of n_samples samples. */
static struct error *read_changes(const char *text, size_t n_samples, struct moment *moment) {
  int64_t place = 0;
  while (*text) {
    int64_t field[4];
    if (!numbers_next(&text, field, 4) || field[0] < 0 || (moment->changes.count && !field[0]))
      return damaged("a change is no four numbers, or not behind the one before it");
    place += field[0];
    if (place >= (int64_t)n_samples)
      return damaged("a change is of a sample that there is not");
    struct moment_change change = {(uint32_t)place, field[1], field[2], field[3]};
    if (!VECTOR_PUSH(&moment->changes, change))
      return &error_no_memory;
  }
  return NULL;
}

static struct error *read_moment(const char *text, size_t n_samples, struct moments *m) {
  int64_t field[4];
  uint64_t last = m->all.count ? m->all.data[m->all.count - 1].time : 0;
  if (!numbers_next(&text, field, 4) || field[1] < 0 || field[2] < 0 || field[3] < 0)
    return damaged("a moment lacks its time or its figures");
  if (field[0] < 0 || (m->all.count && (uint64_t)field[0] <= last))
    return damaged("a moment is not later than the one before it");
  if (m->all.count == MOMENTS_MOST)
    return damaged("there are more than 200");
  struct moment moment = {.time = (uint64_t)field[0],
                          .rss = (uint64_t)field[1],
                          .live = (uint64_t)field[2],
                          .allocated = (uint64_t)field[3]};
  if (!VECTOR_PUSH(&m->all, moment))
    return &error_no_memory;
  return read_changes(text, n_samples, &m->all.data[m->all.count - 1]);
}

static struct error *read_mark(const char *text, struct moments *m) {
  int64_t time;
  if (!number_next(&text, &time) || time < 0)
    return damaged("a mark lacks its time");
  for (int kind = 0; kind < MARK_KINDS; kind++) {
    size_t n = strlen(moment_mark_words[kind]);
    if (!strncmp(text, moment_mark_words[kind], n) && text[n] == ' ')
      return moments_mark(m, (uint64_t)time, (enum moment_mark_kind)kind, text + n + 1)
                 ? NULL
                 : &error_no_memory;
  }
  return damaged("a mark is of an unknown kind");
}

static struct error *read_other(const char *text, struct moments *m) {
  int64_t head[2], before = -1; /* pid, number of moments */
  if (!numbers_next(&text, head, 2) || head[0] < 0 || head[1] < 0 || head[1] > MOMENTS_MOST)
    return damaged("a process lacks its number, or how many moments it has");
  if (m->others.count == MOMENTS_MOST_OTHERS)
    return damaged("there are more than 8 other processes");
  if (!moments_add_other(m, head[0], ""))
    return &error_no_memory;
  for (int64_t i = 0; i < head[1]; i++) {
    int64_t field[4];
    if (!numbers_next(&text, field, 4) || field[0] <= before || field[1] < 0 || field[2] < 0 ||
        field[3] < 0)
      return damaged("a process has a moment without figures, or one before the last");
    before = field[0];
    if (!moments_add_total(m, (struct moment_total){field[0], field[1], field[2], field[3]}))
      return &error_no_memory;
  }
  char **name = &m->others.data[m->others.count - 1].name;
  free(*name);
  *name = strdup(text);
  return *name ? NULL : &error_no_memory;
}

static struct error *read_comment(const char *comment, size_t n_samples, struct moments *m) {
  if (begins(comment, MOMENT))
    return read_moment(comment + strlen(MOMENT), n_samples, m);
  if (begins(comment, PROCESS))
    return read_other(comment + strlen(PROCESS), m);
  return begins(comment, MARK) ? read_mark(comment + strlen(MARK), m) : NULL;
}

struct sums {
  int64_t allocated, live, born;
};

/* Adds up the changes of samples that are still there. Sums of few numbers that are below MOST_NUMBER
 * do not overflow: there are as many as moments. */
static void add_changes(const struct moments *m, struct sums *sums, size_t n_places) {
  for (size_t i = 0; i < m->all.count; i++)
    for (size_t j = 0; j < m->all.data[i].changes.count; j++) {
      const struct moment_change *c = &m->all.data[i].changes.data[j];
      if (c->place >= n_places)
        continue;
      sums[c->place].allocated += c->allocated;
      sums[c->place].live += c->live;
      sums[c->place].born += c->born;
    }
}

/* The head may claim any number of samples; room is made for those that the profile had. */
static struct error *check_sums(const struct profile *profile, const struct moments *m) {
  int alloc = sample_type_index(profile, SAMPLE_ALLOC_SPACE);
  int inuse = sample_type_index(profile, SAMPLE_INUSE_SPACE);
  size_t n = profile->n_samples, n_places = n ? profile->samples[n - 1].place + (size_t)1 : 0;
  if (alloc < 0 || inuse < 0)
    return damaged("the profile has no alloc_space and inuse_space");
  _cleanup_free_ struct sums *sums = calloc(n_places + 1, sizeof(*sums));
  if (!sums)
    return &error_no_memory;
  add_changes(m, sums, n_places);
  for (size_t i = 0; i < n; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    const int64_t *values = sample->raw ? sample->raw : sample->values;
    const struct sums *s = &sums[sample->place];
    if (s->allocated != values[alloc] || s->live != values[inuse] || s->born != values[inuse])
      return damaged("they do not add up to the samples");
  }
  return NULL;
}

struct error *moments_read(const struct profile *profile, struct moments *ret) {
  size_t n_samples = 0;
  struct error *err = NULL;
  moments_init(ret);
  if (!find_head(profile, &n_samples))
    return NULL;
  if (n_samples < profile->n_samples)
    return damaged("there are more samples than they are of");
  for (size_t i = 0; i < profile->n_comments && !err; i++)
    err = read_comment(profile->comments[i], n_samples, ret);
  if (!err)
    err = check_sums(profile, ret);
  if (err)
    moments_deinit(ret);
  return err;
}
