#include "report/leak_findings.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "model/wrong_free.h"
#include "report/leak_entries.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_FRAMES = 64, MOST_STACKS = 6 };

static const struct finding_rule rules[] = {
    {"definite", "Definitely lost: nothing points to it"},
    {"indirect", "Indirectly lost: only lost blocks point to it"},
    {"possible", "Possibly lost: only pointers to its inside"},
    {"reachable", "Still reachable at the end"},
    {"wrong_free", "A free or realloc of what is no block, or of another allocator's"},
};

static const char *finding_text(struct strbuf *sb, struct arena *arena) {
  return strbuf_failed(sb) ? NULL : arena_strndup(arena, sb->data, sb->length);
}

static const char *message_of(const struct leak_entry *entry, const struct finding_frame *place,
                              struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  leak_entry_append_figure(&sb, entry, false);
  strbuf_appendf(&sb, " %s %s", leak_entry_is_one(entry) ? "is" : "are",
                 leak_kind_words[entry->kind]);
  if (place)
    strbuf_appendf(&sb, ", allocated in %s", place->function);
  return finding_text(&sb, arena);
}

static bool has_name(const struct finding *findings, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(findings[i].name, name))
      return true;
  return false;
}

/* By kind and function, so that it stays from run to run; a number tells equals apart. */
static const char *name_of(const struct finding *before, size_t n, const struct leak_entry *entry,
                           const struct finding_frame *place, struct arena *arena) {
  const char *kind = leak_kind_names[entry->kind], *function = place ? place->function : "";
  for (unsigned number = 1;; number++) {
    _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
    strbuf_appendf(&sb, "%s, %s", kind, *function ? function : "(no stack)");
    if (number > 1)
      strbuf_appendf(&sb, " #%u", number);
    const char *name = finding_text(&sb, arena);
    if (!name || !has_name(before, n, name))
      return name;
  }
}

struct leak_suite {
  struct finding *findings;
  size_t count;
};

/* "32 bytes in 1 block, lost with it", or "" for the stack that the finding is about. */
static const char *note_of(const struct leak_entry *entry, struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  if (!entry->is_part)
    return "";
  leak_entry_append_figure(&sb, entry, false);
  strbuf_append(&sb, ", lost with it");
  return finding_text(&sb, arena);
}

/* The stacks of a record: of its `n` entries, the first is what the finding is about. */
static struct error *record_stacks(const struct profile *profile, const struct leak_entry *entries,
                                   size_t n, struct arena *arena, struct finding_stack **ret) {
  struct finding_stack *stacks = arena_calloc(arena, n, sizeof(*stacks));
  struct error *err = stacks ? NULL : &error_no_memory;
  for (size_t i = 0; !err && i < n; i++) {
    err = finding_frames(profile, entries[i].sample, MOST_FRAMES, arena, &stacks[i]);
    if (!err && !(stacks[i].note = note_of(&entries[i], arena)))
      err = &error_no_memory;
  }
  *ret = stacks;
  return err;
}

static struct error *add_record(struct leak_suite *suite, const struct profile *profile,
                                const struct leak_entry *entries, size_t n, const char *root,
                                struct arena *arena) {
  struct finding_stack *stacks;
  struct error *err = record_stacks(profile, entries, n, arena, &stacks);
  if (err)
    return err;
  const struct finding_frame *place = finding_place(&stacks[0], root);
  struct finding finding = {.rule = leak_kind_names[entries->kind],
                            .name = name_of(suite->findings, suite->count, entries, place, arena),
                            .level = FINDING_FAILED,
                            .message = message_of(entries, place, arena),
                            .stacks = stacks,
                            .n_stacks = n,
                            .place = place ? *place : (struct finding_frame){"", "", "", 0}};
  if (!finding.name || !finding.message)
    return &error_no_memory;
  suite->findings[suite->count++] = finding;
  return NULL;
}

/* How many entries of the record that begins here have their stacks in the finding. *next is where
 * the next record begins. */
static size_t record_size(const struct leak_entry *entries, size_t n, size_t at, size_t *next) {
  *next = at + 1;
  while (*next < n && entries[*next].is_part)
    ++*next;
  return *next - at < MOST_STACKS ? *next - at : MOST_STACKS;
}

static bool is_call(const struct profile_sample *sample) {
  const char *role = leak_text_label(sample, WRONG_FREE_LABEL_ROLE);
  return role && !strcmp(role, WRONG_FREE_CALL);
}

static struct error *add_wrong_free(struct leak_suite *suite, const struct profile *profile,
                                    const struct profile_sample *call, const char *root,
                                    struct arena *arena) {
  const char *kind = leak_text_label(call, WRONG_FREE_LABEL_KIND);
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT, message = STRBUF_INIT;
  struct finding_stack *stack = arena_calloc(arena, 1, sizeof(*stack));
  struct error *err =
      stack ? finding_frames(profile, call, MOST_FRAMES, arena, stack) : &error_no_memory;
  if (err)
    return err;
  const struct finding_frame *place = finding_place(stack, root);
  strbuf_appendf(&name, "wrong free #%zu", suite->count + 1);
  strbuf_appendf(&message, "wrong free (%s", kind ? kind : "unknown");
  const char *from = leak_text_label(call, WRONG_FREE_LABEL_ALLOCATED_AS),
             *by = leak_text_label(call, WRONG_FREE_LABEL_FREED_AS);
  if (from && by)
    strbuf_appendf(&message, ": allocated by %s, freed by %s", from, by);
  strbuf_appendf(&message, "), called in %s", place ? place->function : "(no stack)");
  struct finding finding = {.rule = "wrong_free",
                            .name = finding_text(&name, arena),
                            .level = FINDING_FAILED,
                            .message = finding_text(&message, arena),
                            .stacks = stack,
                            .n_stacks = 1,
                            .place = place ? *place : (struct finding_frame){"", "", "", 0}};
  if (!finding.name || !finding.message)
    return &error_no_memory;
  suite->findings[suite->count++] = finding;
  return NULL;
}

static struct error *list_wrong_frees(struct leak_suite *suite, const struct profile *profile,
                                      const char *root, struct arena *arena) {
  struct error *err = NULL;
  for (size_t i = 0; i < profile->n_samples && !err; i++)
    if (is_call(&profile->samples[i]))
      err = add_wrong_free(suite, profile, &profile->samples[i], root, arena);
  return err;
}

static struct error *list_entries(struct leak_suite *suite, const struct leak_report *report,
                                  const struct leak_process *process, const char *root,
                                  struct arena *arena) {
  struct leak_report counted = *report;
  _cleanup_free_ struct leak_entry *entries = NULL;
  size_t n;
  counted.show = report->fail_on;
  counted.min_bytes = 0; /* all that count, however small */
  struct error *err = leak_entries(&counted, process, &entries, &n);
  if (err)
    return err;
  size_t n_wrong = process->wrong_frees ? process->wrong_frees->n_samples : 0;
  suite->findings = arena_calloc(arena, n + n_wrong + 1, sizeof(*suite->findings));
  if (!suite->findings)
    return &error_no_memory;
  for (size_t i = 0, next; i < n && !err; i = next) {
    size_t size = record_size(entries, n, i, &next);
    err = add_record(suite, process->profile, &entries[i], size, root, arena);
  }
  if (!err && !n)
    suite->findings[suite->count++] =
        (struct finding){.rule = "definite",
                         .name = "no leaks",
                         .level = FINDING_PASSED,
                         .message = "nothing that counts as a leak was lost",
                         .place = {"", "", "", 0}};
  if (!err && n_wrong)
    err = list_wrong_frees(suite, process->wrong_frees, root, arena);
  return err;
}

static struct error *set_suite(struct finding_suite *suite, const struct leak_report *report,
                               const struct leak_process *process, const char *root,
                               struct arena *arena) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct leak_suite list = {0};
  strbuf_append(&sb, process->command ? process->command : "(unknown)");
  /* One process needs no number, and then the name is the same in every run. */
  if (report->n_processes > 1)
    strbuf_appendf(&sb, " (process %d)", process->pid);
  struct error *err = process->profile ? list_entries(&list, report, process, root, arena) : NULL;
  *suite = (struct finding_suite){
      .name = finding_text(&sb, arena),
      .findings = list.findings,
      .n_findings = list.count,
      .error = process->incomplete ? "allocations were not recorded: leaks may be missing"
               : process->profile  ? ""
               : process->reason   ? process->reason
                                   : "no reason is known",
  };
  return err || suite->name ? err : &error_no_memory;
}

struct error *leaks_findings(const struct leak_report *report, const char *root,
                             struct arena *arena, struct findings *ret) {
  struct finding_suite *suites = arena_calloc(arena, report->n_processes, sizeof(*suites));
  struct error *err = suites ? NULL : &error_no_memory;
  for (size_t i = 0; i < report->n_processes && !err; i++)
    err = set_suite(&suites[i], report, &report->processes[i], root, arena);
  if (!err)
    *ret = (struct findings){.command = "leaks",
                             .rules = rules,
                             .n_rules = sizeof(rules) / sizeof(*rules),
                             .suites = suites,
                             .n_suites = report->n_processes};
  return err;
}
