/* A thread of glibc has its control block (struct pthread) at the top of its stack, and the thread
 * pointer points at it. Static thread-local storage lies right below it. A control block is
 * recognised by its contents (leak/arch.h). So the stacks of ended threads are known, too, which
 * glibc keeps for the next threads. */
#include "leak/thread_roots.h"

#include "leak/arch.h"
#include "leak/goroutine.h"
#include "proc/process.h"

#include <string.h>

enum {
  /* sizeof(struct pthread) is 2304 in glibc 2.36, and the stack ends right after it. */
  CONTROL_BLOCK_MAX = 4096,
  /* Static thread-local storage larger than this is taken for stack: it is scanned all the same. */
  TLS_MAX = 1 << 20,
  DTV_MAX = 65536, /* entries */
};

static bool add_word(struct image *image, uint64_t value, enum root_class class, pid_t tid) {
  return image_add_word(image, &(struct root_word){value, class, tid, false, false});
}

static bool add_own_word(struct image *image, uint64_t value, pid_t tid) {
  return image_add_word(image, &(struct root_word){value, ROOT_TLS, tid, false, true});
}

/* A dynamic thread vector (DTV) is allocated with one entry before it, which holds the number of
 * entries (elf/dl-tls.c). So no pointer to its block's start exists, though the block is no leak.
 * Each entry has a block's address, aligned, and the address to free. */
static bool add_dtv(struct image *image, uint64_t control_block, uint64_t dtv, pid_t tid,
                    uint64_t *tls_start) {
  uint64_t n = 0, value;
  if (!add_own_word(image, dtv - 16, tid))
    return false;
  if (!memory_word(&image->memory, dtv - 16, &n))
    return true;
  for (uint64_t i = 1; i <= n && i < DTV_MAX; i++) {
    if (memory_word(&image->memory, dtv + 16 * i, &value) && value < control_block &&
        control_block - value < TLS_MAX && value < *tls_start)
      *tls_start = value;
    if (memory_word(&image->memory, dtv + 16 * i + 8, &value) && value &&
        !add_own_word(image, value, tid))
      return false;
  }
  return true;
}

/* Thread-local storage and the control block, which also holds the pthread keys, a new thread's
 * argument and an ended one's result. */
static bool add_tls(struct image *image, uint64_t at, uint64_t dtv, pid_t tid) {
  uint64_t start = at;
  const struct mapping *m = maps_find(&image->maps, at);
  if (!m || !add_dtv(image, at, dtv, tid, &start))
    return !m;
  uint64_t end = at + CONTROL_BLOCK_MAX < m->end ? at + CONTROL_BLOCK_MAX : m->end;
  struct root_range range = {start > m->start ? start : m->start, end, ROOT_TLS, tid, "", false};
  return image_add_range(image, &range);
}

/* The stack from its pointer up: the rest of its mapping or, where it is in a block, of that block.
 */
static bool add_stack(struct image *image, uint64_t sp, pid_t tid) {
  struct root_range range = {sp & ~7ull, 0, ROOT_STACKS, tid, "", false};
  uint32_t i = blocks_find(&image->blocks, sp);
  const struct mapping *m = maps_find(&image->maps, sp);
  if (i != BLOCK_NONE) { /* a coroutine's or a signal's: it counts from the pointer up, and the
                            block is in use */
    const struct block *block = &image->blocks.data[i];
    struct root_word word = {block->start, ROOT_STACKS, tid, true, false};
    range.end = block->start + block->size;
    return image_add_word(image, &word) && image_add_whole(image, &range);
  }
  if (!m || !(m->flags & MAPPING_WRITE))
    return true;
  range.end = m->end;
  /* The mapping below the stack pointer is dead and is hidden as well; except in a mapping so large
   * that it holds more than this stack. */
  if (!image_add_range(image, &range))
    return false;
  bool is_stack = !strcmp(m->path, "[stack]") || m->end - m->start <= (1ull << 30);
  bool done = !is_stack || ranges_add(&image->hidden, m->start, sp);
  ranges_sort(&image->hidden);
  return done;
}

/* A thread that runs a goroutine: nothing but its stack is dead in Go's heap, and of the system
 * stack all that lies below where C code would begin. */
static bool add_goroutine(struct image *image, const struct goroutine *go, uint64_t sp, pid_t tid) {
  const struct go_stack *own = &go->own, *system = &go->system;
  const struct mapping *m = maps_find(&image->maps, system->sp);
  uint64_t low = m && m->start > system->low ? m->start : system->low;
  struct root_range range = {sp & ~7ull, own->high, ROOT_STACKS, tid, "", false};
  bool done = image_add_range(image, &range) && ranges_add(&image->hidden, own->low, sp) &&
              (!m || low >= system->sp || ranges_add(&image->hidden, low, system->sp));
  ranges_sort(&image->hidden);
  return done;
}

static bool add_stacks(struct image *image, uint64_t thread_pointer, uint64_t sp, pid_t tid) {
  struct goroutine go;
  if (goroutine_find(&image->memory, thread_pointer, &go) && sp >= go.own.low && sp < go.own.high)
    return add_goroutine(image, &go, sp, tid);
  return add_stack(image, sp, tid);
}

/* By its ABI, vector registers hold nothing of the program's across a call. A thread that is in a
 * system call of a library function left only remains in them. */
static bool in_library_call(const struct image *image, const struct stopped_thread *thread) {
  const struct mapping *m =
      thread->in_call ? maps_find(&image->maps, arch_code_address(&thread->registers)) : NULL;
  const char *name = m ? strrchr(m->path, '/') : NULL;
  return name && (!strncmp(name, "/libc.so", 8) || !strncmp(name, "/libc-", 6) ||
                  !strncmp(name, "/libpthread", 11) || !strncmp(name, "/ld-linux", 9) ||
                  !strncmp(name, "/libmemprof", 11));
}

static bool add_registers(struct image *image, const struct stopped_thread *thread) {
  uint64_t general[ARCH_GENERAL_MAX];
  size_t n = arch_general_registers(&thread->registers, general);
  for (size_t i = 0; i < n; i++)
    if (!add_word(image, general[i], ROOT_REGISTERS, thread->tid))
      return false;
  for (size_t i = 0; i < thread->n_vectors && !in_library_call(image, thread); i++)
    if (thread->vectors[i] && !add_word(image, thread->vectors[i], ROOT_REGISTERS, thread->tid))
      return false;
  return true;
}

/* The thread that ended the program by exit(): what it left deeper than the call is dead, and so
 * are all registers except those that a caller may rely on. */
static bool add_exited(struct image *image, const struct recording_exit *exit, pid_t tid) {
  size_t most = sizeof(exit->saved) / sizeof(exit->saved[0]); /* the recording is not trusted */
  for (size_t i = 0; i < exit->n_saved && i < most; i++)
    if (!add_word(image, exit->saved[i], ROOT_REGISTERS, tid))
      return false;
  return add_stack(image, exit->sp, tid);
}

static bool add_thread(struct image *image, const struct recording *recording,
                       const struct stopped_thread *thread, bool ending) {
  const struct recording_exit *exit = &recording->header.exit;
  if (!thread->has_registers)
    return true;
  uint64_t at = arch_thread_pointer(&thread->registers), dtv;
  if (arch_control_block(&image->memory, at, &dtv) && !add_tls(image, at, dtv, thread->tid))
    return false;
  if ((ending || exit->asked) && exit->sp && exit->tid == (uint32_t)thread->tid)
    return add_exited(image, exit, thread->tid);
  return add_registers(image, thread) &&
         add_stacks(image, at, arch_stack_start(&thread->registers, thread->in_call), thread->tid);
}

static bool is_live(const struct stopped_process *process, uint64_t control_block) {
  for (size_t i = 0; i < process->n_threads; i++)
    if (process->threads[i].has_registers &&
        arch_thread_pointer(&process->threads[i].registers) == control_block)
      return true;
  return false;
}

/* The stack of an ended thread is no root, except for two things: its control block's DTV is
 * glibc's; and if nobody has joined the thread, its result, or the argument that it never came to
 * read, is still wanted. */
static bool hide_ended(struct image *image, const struct mapping *m, uint64_t at, uint64_t dtv) {
  uint64_t unused = at;
  struct root_range rest = {at, m->end, ROOT_TLS, 0, "", false};
  bool done = add_dtv(image, at, dtv, 0, &unused) &&
              (arch_thread_was_joined(&image->memory, at) || image_add_range(image, &rest)) &&
              ranges_add(&image->hidden, m->start, m->end);
  ranges_sort(&image->hidden);
  return done;
}

/* Thread stacks have an inaccessible page before them, and the control block in their last pages.
 */
static bool look_for_ended(struct image *image, const struct stopped_process *process,
                           const struct mapping *m) {
  uint64_t dtv;
  if (m == image->maps.data || m->inode || m->path[0] || m[-1].end != m->start ||
      m[-1].flags & MAPPING_READ || ranges_hold(&image->hidden, m->end - 1))
    return true;
  for (uint64_t at = (m->end - 16) & ~15ull; at > m->start && m->end - at <= 2 * CONTROL_BLOCK_MAX;
       at -= 16)
    if (arch_control_block(&image->memory, at, &dtv))
      return is_live(process, at) || hide_ended(image, m, at, dtv);
  return true;
}

/* A main thread that called pthread_exit has left its stack. */
static bool hide_left_stack(struct image *image, const struct stopped_process *process) {
  for (size_t i = 0; i < process->n_threads; i++)
    if (process->threads[i].tid == process->pid)
      return true;
  const struct mapping *m = maps_find_file(&image->maps, "[stack]");
  uint64_t start = process_start_of_stack(process->reader);
  bool done =
      !m || start <= m->start || start >= m->end || ranges_add(&image->hidden, m->start, start);
  ranges_sort(&image->hidden);
  return done;
}

struct error *thread_roots_add(const struct recording *recording,
                               const struct stopped_process *process, struct image *image) {
  for (size_t i = 0; i < process->n_threads; i++)
    if (!add_thread(image, recording, &process->threads[i], process->ending))
      return &error_no_memory;
  for (size_t i = 0; i < image->maps.count; i++)
    if (!look_for_ended(image, process, &image->maps.data[i]))
      return &error_no_memory;
  return hide_left_stack(image, process) ? NULL : &error_no_memory;
}
