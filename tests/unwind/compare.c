#include "compare.h"

#include "oracle.h"

#include "common/layout.h"
#include "shim/store/module.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct tally *compare_tally;
uint32_t compare_depth = RECORDING_MAX_DEPTH;
void (*compare_report)(const char *text, size_t n);
bool compare_reports_all;

struct walks {
  struct last_walk kept, fresh;
  struct oracle_frame theirs[RECORDING_MAX_DEPTH];
};
static __thread struct walks *walks __attribute__((tls_model("initial-exec")));
static __thread bool busy __attribute__((tls_model("initial-exec")));

/* The recording's list of modules is no part of these tests. */
void module_register(uintptr_t pc, const struct dl_find_object *object) {
  (void)pc;
  (void)object;
}

static void tally_add(uint64_t *counter, uint64_t n) {
  __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static const struct walk_frame *ours(const struct last_walk *walk, uint32_t i) {
  return &walk->frame[walk->depth - 1 - i];
}

static bool same_walks(const struct last_walk *a, const struct last_walk *b) {
  bool same =
      a->depth == b->depth && a->flags == b->flags && last_walk_hash(a) == last_walk_hash(b);
  for (uint32_t i = 0; same && i < a->depth; i++)
    same = a->frame[i].pc == b->frame[i].pc && a->frame[i].sp == b->frame[i].sp;
  return same;
}

static bool same_frame(const struct walk_frame *our, const struct oracle_frame *their) {
  return our->pc == (their->pc | (their->exact ? FRAME_EXACT_PC : 0)) && our->sp == their->sp;
}

/* How the call frame information describes a frame. */
enum cfi_kind { CFI_NONE, CFI_KEPT, CFI_OTHER };

static enum cfi_kind cfi_kind(const struct walk_frame *frame) {
  uintptr_t pc = (frame->pc & ~FRAME_EXACT_PC) - !(frame->pc & FRAME_EXACT_PC);
  struct dl_find_object object;
  struct cfi_tables tables;
  struct cfi_row row;
  if (_dl_find_object((void *)pc, &object) != 0 || !cfi_tables_find(pc, &object, &tables) ||
      !cfi_find(&tables, pc, &row))
    return CFI_NONE;
  bool other =
      (!row.cfa_expression && row.cfa_register != ARCH_BP && row.cfa_register != ARCH_SP) ||
      row.ra.kind == CFI_ELSEWHERE || row.bp.kind == CFI_ELSEWHERE;
  return other ? CFI_OTHER : CFI_KEPT;
}

/* Sorts a difference from frame `at` on into its kind; NULL if no documented kind fits. */
static uint64_t *kind_of(const struct last_walk *walk, uint32_t at, uint32_t n_theirs,
                         enum oracle_end end) {
  enum cfi_kind last = at ? cfi_kind(ours(walk, at - 1)) : CFI_KEPT;
  if (at == n_theirs && end != ORACLE_FULL && at < walk->depth)
    return &compare_tally->theirs_stopped;
  if (at == walk->depth && walk->flags & STACK_INCOMPLETE && last == CFI_OTHER)
    return &compare_tally->ours_stopped;
  if (last == CFI_NONE)
    return &compare_tally->no_cfi;
  return NULL;
}

/* Text in a signal handler: nothing here allocates. */
struct text {
  char data[8192];
  size_t n;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *text, const char *format,
                                                         ...) {
  va_list list;
  va_start(list, format);
  int n = vsnprintf(text->data + text->n, sizeof(text->data) - text->n, format, list);
  va_end(list);
  text->n +=
      (size_t)n < sizeof(text->data) - text->n ? (size_t)n : sizeof(text->data) - text->n - 1;
}

static void append_frame(struct text *text, uintptr_t pc, bool exact, uintptr_t sp) {
  Dl_info info = {0};
  if (!pc)
    append(text, " -");
  else if (dladdr((void *)pc, &info) && info.dli_fname) {
    const char *slash = strrchr(info.dli_fname, '/');
    append(text, " %s+%lx (%s)", slash ? slash + 1 : info.dli_fname, pc - (uintptr_t)info.dli_fbase,
           info.dli_sname ? info.dli_sname : "");
  } else
    append(text, " %lx", pc);
  if (pc)
    append(text, "%s sp %lx", exact ? "!" : "", sp);
}

static void difference_report(const char *what, const struct last_walk *walk, uint32_t at,
                              uint32_t n_theirs, enum oracle_end end) {
  struct text text = {.n = 0};
  if (!compare_report)
    return;
  append(&text, "# %s at frame %u: ours %u flags %u, theirs %u end %d\n", what, at, walk->depth,
         walk->flags, n_theirs, end);
  for (uint32_t i = at > 3 ? at - 3 : 0; i < at + 6 && (i < walk->depth || i < n_theirs); i++) {
    const struct walk_frame *our = i < walk->depth ? ours(walk, i) : &(struct walk_frame){0};
    const struct oracle_frame *their = i < n_theirs ? &walks->theirs[i] : &(struct oracle_frame){0};
    append(&text, "# %3u", i);
    append_frame(&text, our->pc & ~FRAME_EXACT_PC, our->pc & FRAME_EXACT_PC, our->sp);
    append(&text, " |");
    append_frame(&text, their->pc, their->exact, their->sp);
    append(&text, "\n");
  }
  compare_report(text.data, text.n);
}

static void compare_with_oracle(const struct last_walk *walk, uint32_t n, enum oracle_end end) {
  uint32_t i = 0;
  bool signal = false;
  for (; i < n && i < walk->depth && same_frame(ours(walk, i), &walks->theirs[i]); i++)
    signal = signal || walks->theirs[i].exact;
  tally_add(&compare_tally->frames, i);
  tally_add(&compare_tally->signals, signal);
  if (i < n || i < walk->depth) {
    uint64_t *kind = kind_of(walk, i, n, end);
    tally_add(kind ? kind : &compare_tally->mismatches, 1);
    if (!kind || compare_reports_all)
      difference_report(kind ? "documented difference" : "mismatch", walk, i, n, end);
    return;
  }
  bool cut = walk->flags & STACK_TRUNCATED;
  tally_add(&compare_tally->cut, cut);
  if (cut != (end == ORACLE_FULL)) {
    tally_add(&compare_tally->mismatches, 1);
    difference_report("wrong end", walk, i, n, end);
  } else if (walk->flags & STACK_INCOMPLETE && end == ORACLE_FINISHED && i &&
             cfi_kind(ours(walk, i - 1)) == CFI_KEPT) {
    tally_add(&compare_tally->mismatches, 1);
    difference_report("ours is incomplete", walk, i, n, end);
  }
}

/* How many frames the second of two walks shares with the first, from the outside. */
static uint32_t shared(const struct last_walk *before, const struct last_walk *after) {
  uint32_t n = 0;
  while (n < before->depth && n < after->depth && before->frame[n].hash == after->frame[n].hash &&
         before->frame[n].sp == after->frame[n].sp)
    n++;
  return n;
}

static void check_against_fresh(const struct last_walk *kept, const struct last_walk *fresh) {
  if (same_walks(kept, fresh))
    return;
  tally_add(&compare_tally->mismatches, 1);
  tally_add(&compare_tally->unlike_fresh, 1);
  difference_report("the walk over the last walk differs from one from nothing", kept, 0, 0,
                    ORACLE_FINISHED);
}

void compare_from(const struct cfi_frame *start) {
  unsigned n;
  if (busy)
    return;
  busy = true;
  if (!walks)
    walks = mmap(NULL, sizeof(*walks), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  bool main_thread = syscall(SYS_gettid) == getpid();
  walks->fresh.depth = 0;
  unwind_stack(*start, &walks->fresh, compare_depth, main_thread);
  tally_add(&compare_tally->reused, shared(&walks->kept, &walks->fresh));
  unwind_stack(*start, &walks->kept, compare_depth, main_thread);
  check_against_fresh(&walks->kept, &walks->fresh);
  unwind_stack(*start, &walks->kept, compare_depth, main_thread);
  check_against_fresh(&walks->kept, &walks->fresh);
  enum oracle_end end = oracle_walk(start->sp, walks->theirs, compare_depth, &n);
  compare_with_oracle(&walks->kept, n, end);
  tally_add(&compare_tally->walks, 1);
  busy = false;
}

void compare_here(void) {
  const uintptr_t *frame = __builtin_frame_address(0);
  struct cfi_frame start = {frame[1], (uintptr_t)(frame + 2), frame[0]};
  compare_from(&start);
  __asm__ volatile(""); /* no tail call: compare_from's caller must be here while libunwind walks */
}
