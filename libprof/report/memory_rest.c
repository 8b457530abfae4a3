#include "report/memory_rest.h"

#include "model/resident_look.h"
#include "model/totals.h"
#include "model/unit.h"
#include "report/text.h"

#include <stdlib.h>

enum {
  PARTS = 7,
  ENOUGH_PERCENT = 50, /* parts are named until they have as much of the rest */
  AT_PEAK_PERCENT = 95 /* of the peak: the look is taken for one at the peak */
};

struct rest_part {
  uint64_t bytes;
  const char *before, *after; /* the program's name stands between them, if there is an `after` */
};

static int compare_parts(const void *a, const void *b) {
  uint64_t x = ((const struct rest_part *)a)->bytes, y = ((const struct rest_part *)b)->bytes;
  return (x < y) - (x > y);
}

static uint64_t fill_parts(struct rest_part parts[PARTS], const struct resident_look *look) {
  bool own = look->detailed && look->blocks <= look->anonymous / 10;
  const struct rest_part list[PARTS] = {
      {look->anonymous, own ? "anonymous memory that " : "anonymous memory of ",
       own ? " mapped itself" : ""},
      {look->allocator, "free blocks and rounding of the allocator's", NULL},
      {look->stacks, "stacks", NULL},
      {look->modules, "code and data of ", " and its libraries"},
      {look->files, "files that ", " mapped"},
      {look->shared, "shared memory", NULL},
      {look->recording, "memprof's recording", NULL},
  };
  uint64_t sum = 0;
  for (int i = 0; i < PARTS; i++) {
    parts[i] = list[i];
    sum += list[i].bytes;
  }
  qsort(parts, PARTS, sizeof(*parts), compare_parts);
  return sum;
}

static void append_part(struct strbuf *sb, const struct rest_part *part, const char *program) {
  strbuf_append(sb, part->before);
  if (!part->after)
    return;
  text_escape(sb, *program ? program : "the program");
  strbuf_append(sb, part->after);
}

/* Whether the look was at such a moment as the peaks are of: that of the resident memory, and that
 * of the heap, to which readers compare the rest. */
static bool is_at_peak(const struct profile *profile, const struct resident_look *look,
                       double rest) {
  double heap = (double)profile_type_sum(profile, SAMPLE_PEAK_SPACE) - (double)look->live;
  return (double)look->total * 100 >= (double)profile_peak_rss(profile) * AT_PEAK_PERCENT &&
         heap * 100 <= rest * (100 - AT_PEAK_PERCENT);
}

/* "when 314.3 MiB were resident, 4.0 KiB of it in live blocks, 0.4 s after its start" */
static void append_moment(struct strbuf *sb, const struct resident_look *look) {
  strbuf_append(sb, " when ");
  unit_format(sb, (double)look->total, "bytes", NULL);
  strbuf_append(sb, " were resident, ");
  unit_format(sb, (double)look->live, "bytes", NULL);
  strbuf_appendf(sb, " of it in live blocks, %.1f s after its start", (double)look->age_ns / 1e9);
}

bool memory_rest_append(struct strbuf *sb, const struct profile *profile) {
  struct resident_look look;
  struct rest_part parts[PARTS];
  const char *program;
  if (!profile_resident_look(profile, &look, &program))
    return false;
  double rest = (double)fill_parts(parts, &look), named = 0;
  if (rest <= 0)
    return false;
  bool at_peak = is_at_peak(profile, &look, rest);
  for (int i = 0; i < PARTS && named * 100 < rest * ENOUGH_PERCENT; i++) {
    strbuf_appendf(sb, "%s%.0f%%%s ", i ? ", " : "", 100 * (double)parts[i].bytes / rest,
                   i         ? ""
                   : at_peak ? " of the rest is"
                             : " of the rest was");
    append_part(sb, &parts[i], program);
    named += (double)parts[i].bytes;
  }
  if (!at_peak)
    append_moment(sb, &look);
  return true;
}
