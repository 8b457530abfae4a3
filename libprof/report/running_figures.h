/* Figures of running processes, shared by the reports of report/running.h. Private to report. */
#pragma once

#include "base/strbuf.h"
#include "model/heap_stats.h"
#include "report/json.h"

/* "3.2 s", "4 min 10 s", "2 h 5 min", "3 d 4 h". */
void running_append_age(struct strbuf *sb, uint64_t ns);

/* "1.2 MiB/s", and "340/s" or "340 mallocs/s" for counts: whole numbers from ten on. */
void running_append_byte_rate(struct strbuf *sb, double rate, const char *unit);
void running_append_count_rate(struct strbuf *sb, double rate, const char *what);

/* "0.8%", "-" where it was not measured. */
void running_append_overhead(struct strbuf *sb, const struct heap_stats *stats);

/* The part that the JSON of `ps` and `stats` share: pid, command, ages, totals, rates. Nonzero
 * without memory. */
int running_process_json(const struct heap_stats *stats, json_t *object);

/* Go's size groups, by a block's least size: tiny below 16 bytes, small below 32 KiB, large. */
enum { N_HEAP_GROUPS = 3 };
extern const char *const heap_group_names[N_HEAP_GROUPS];
void heap_groups(const struct heap_stats *stats, struct heap_class groups[N_HEAP_GROUPS]);

/* Adds to a sum that is all zero at first; classes must come in the order of their sizes. */
void heap_class_add(struct heap_class *sum, const struct heap_class *c);

/* The titles of heap_ages.classes: "< 1 s". */
extern const char *const heap_age_titles[HEAP_AGES];

/* The account of resident memory, line by line. */
struct resident_part {
  const char *key, *title;
  uint64_t bytes;
  bool negative, measured;
};
enum { N_RESIDENT_PARTS = 10 };
void running_resident_parts(const struct heap_stats *stats,
                            struct resident_part parts[N_RESIDENT_PARTS]);
