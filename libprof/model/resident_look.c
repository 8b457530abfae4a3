#include "model/resident_look.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* Where live blocks are more than the heap's mappings, either pages of theirs were never written
 * to, or large blocks that were not sampled lie in mappings that pass for the program's. */
struct resident_look resident_look_of(const struct heap_stats *stats) {
  const struct heap_resident *r = &stats->resident;
  uint64_t live = smaller(r->live, r->heap);
  return (struct resident_look){
      .total = r->total,
      .live = live,
      .allocator = r->heap - live,
      .anonymous = r->anonymous,
      .blocks = smaller(r->untouched, r->anonymous),
      .stacks = r->stacks,
      .modules = r->modules,
      .files = r->files,
      .shared = r->shared,
      .recording = r->recording,
      .age_ns = stats->age_ns,
      .detailed = 1,
      .rounding = smaller(r->rounding, r->heap - live),
  };
}

/* In the order in which they are written; earlier versions wrote all but the last one. */
static const struct {
  const char *name;
  size_t offset;
} fields[] = {
    {"total", offsetof(struct resident_look, total)},
    {"live", offsetof(struct resident_look, live)},
    {"allocator", offsetof(struct resident_look, allocator)},
    {"anonymous", offsetof(struct resident_look, anonymous)},
    {"blocks", offsetof(struct resident_look, blocks)},
    {"stacks", offsetof(struct resident_look, stacks)},
    {"modules", offsetof(struct resident_look, modules)},
    {"files", offsetof(struct resident_look, files)},
    {"shared", offsetof(struct resident_look, shared)},
    {"recording", offsetof(struct resident_look, recording)},
    {"age_ns", offsetof(struct resident_look, age_ns)},
    {"detailed", offsetof(struct resident_look, detailed)},
    {"rounding", offsetof(struct resident_look, rounding)},
};
enum { FIELDS = sizeof(fields) / sizeof(*fields), NEEDED = FIELDS - 1 };

#define BEGINS "resident:"
#define PROGRAM " program="

void resident_look_append(struct strbuf *sb, const struct resident_look *look,
                          const char *program) {
  strbuf_append(sb, BEGINS);
  for (int i = 0; i < FIELDS; i++)
    strbuf_appendf(sb, " %s=%" PRIu64, fields[i].name,
                   *(const uint64_t *)((const char *)look + fields[i].offset));
  strbuf_appendf(sb, PROGRAM "%s", program);
}

/* The number behind " NAME="; the program's name, which may hold anything, comes last. */
static bool field_parse(const char **text, const char *name, uint64_t *ret) {
  size_t n = strlen(name);
  int used = 0;
  if (**text != ' ' || strncmp(*text + 1, name, n) || (*text)[n + 1] != '=' ||
      sscanf(*text + n + 2, "%" SCNu64 "%n", ret, &used) != 1)
    return false;
  *text += n + 2 + (size_t)used;
  return true;
}

static bool look_parse(const char *comment, struct resident_look *ret, const char **program) {
  struct resident_look look = {0};
  if (strncmp(comment, BEGINS, strlen(BEGINS)))
    return false;
  comment += strlen(BEGINS);
  for (int i = 0; i < FIELDS; i++)
    if (!field_parse(&comment, fields[i].name, (uint64_t *)((char *)&look + fields[i].offset)) &&
        i < NEEDED)
      return false;
  if (strncmp(comment, PROGRAM, strlen(PROGRAM)))
    return false;
  look.rounding = smaller(look.rounding, look.allocator);
  *program = comment + strlen(PROGRAM);
  *ret = look;
  return true;
}

bool profile_resident_look(const struct profile *profile, struct resident_look *ret,
                           const char **program) {
  struct resident_look look;
  const char *name;
  bool found = false;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (look_parse(profile->comments[i], &look, &name) && (!found || look.total > ret->total)) {
      *ret = look;
      *program = name;
      found = true;
    }
  return found;
}
