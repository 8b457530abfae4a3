/* The entries that a report on leaks lists, and their sum.
 *
 * A definite loss and what it lost indirectly are one record, as in valgrind: the entry of the
 * definite loss has the sum, and those of the stacks that were lost with it follow. */
#pragma once

#include "base/strbuf.h"
#include "report/leaks.h"

/* One entry of a report: what the samples of one stack lost of one kind. */
struct leak_entry {
  const struct profile_sample *sample;
  enum leak_kind kind;
  struct leak_figure lost;
  struct leak_figure indirect; /* LEAK_DEFINITE: the sum of what these blocks lost indirectly */
  bool is_part;                /* lost indirectly by the definite loss before it */
  /* Private, for the order: of the record. */
  struct leak_figure record;
  enum leak_kind record_kind;
  int64_t record_site;
};

/* The entries of a process that the report lists: records with definite losses first, largest
 * first. *ret is the caller's to free. */
struct error *leak_entries(const struct leak_report *report, const struct leak_process *process,
                           struct leak_entry **ret, size_t *n);

/* By enum leak_kind: "definitely lost" and its like. */
extern const char *const leak_kind_words[N_LEAK_KINDS];

/* "64 bytes in 1 block"; with `grouped` as in "1,234 bytes". */
void leak_figure_append(struct strbuf *sb, struct leak_figure figure, bool grouped);

/* The same of an entry: "96 (64 direct, 32 indirect) bytes in 2 (1 direct, 1 indirect) blocks"
 * where its blocks lost others. */
void leak_entry_append_figure(struct strbuf *sb, const struct leak_entry *entry, bool grouped);

/* Whether that figure's verb is "is". */
bool leak_entry_is_one(const struct leak_entry *entry);

/* The sum of the kinds in `fail_on`, over all processes. */
struct leak_figure leak_total(const struct leak_report *report);
