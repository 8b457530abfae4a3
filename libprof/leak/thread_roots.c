/* A thread of glibc has its control block (struct pthread) at the top of its stack, and the thread
 * pointer (fs base) points at it. It begins with a pointer to itself, the dynamic thread vector
 * (DTV), and a pointer to itself again (sysdeps/x86_64/nptl/tls.h, tcbhead_t): by that the stacks
 * of ended threads, which glibc keeps for the next ones, are known too. Static thread-local storage
 * lies right below it. */
#include "leak/thread_roots.h"

#include "proc/process.h"

#include <string.h>

enum {
  CONTROL_BLOCK_MAX =
      4096, /* sizeof(struct pthread) is 2304 in glibc 2.36, and the stack ends right after it */
  TID_OFFSET = 720, /* of struct pthread.tid, in all of glibc 2.x for x86-64 */
  TLS_MAX =
      1 << 20,     /* static TLS larger than this is taken for stack: it is scanned all the same */
  DTV_MAX = 65536, /* entries */
  RED_ZONE = 128,  /* below the stack pointer, for leaf functions (System V ABI) */
};

struct control_block {
  uint64_t self, dtv, self_again;
};

static bool read_control_block(struct image *image, uint64_t at, struct control_block *ret) {
  return at % 16 == 0 && memory_word(&image->memory, at, &ret->self) && ret->self == at &&
         memory_word(&image->memory, at + 8, &ret->dtv) &&
         memory_word(&image->memory, at + 16, &ret->self_again) && ret->self_again == at;
}

static bool add_word(struct image *image, uint64_t value, enum root_class class, pid_t tid) {
  return image_add_word(image, &(struct root_word){value, class, tid, false});
}

/* A DTV is allocated with one entry before it, which has the number of entries (elf/dl-tls.c). Its
 * block is thus pointed at by no start pointer, though it is no leak. Entries are a block's
 * address, aligned, and the address to free. */
static bool add_dtv(struct image *image, uint64_t control_block, uint64_t dtv, pid_t tid,
                    uint64_t *tls_start) {
  uint64_t n = 0, value;
  if (!add_word(image, dtv - 16, ROOT_TLS, tid) || !memory_word(&image->memory, dtv - 16, &n))
    return true;
  for (uint64_t i = 1; i <= n && i < DTV_MAX; i++)
    if (memory_word(&image->memory, dtv + 16 * i, &value) && value < control_block &&
        control_block - value < TLS_MAX && value < *tls_start)
      *tls_start = value;
  return true;
}

/* Thread-local storage and the control block, which also holds the pthread keys, a new thread's
 * argument and an ended one's result. */
static bool add_tls(struct image *image, uint64_t at, const struct control_block *block,
                    pid_t tid) {
  uint64_t start = at;
  const struct mapping *m = maps_find(&image->maps, at);
  if (!m || !add_dtv(image, at, block->dtv, tid, &start))
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
    struct root_word word = {block->start, ROOT_STACKS, tid, true};
    range.end = block->start + block->size;
    return image_add_word(image, &word) && image_add_whole(image, &range);
  }
  if (!m || !(m->flags & MAPPING_WRITE))
    return true;
  range.end = m->end;
  /* What lies deeper is dead: hidden with the rest, but for a mapping so large that it holds more
   * than this stack. */
  if (!image_add_range(image, &range))
    return false;
  bool is_stack = !strcmp(m->path, "[stack]") || m->end - m->start <= (1ull << 30);
  bool done = !is_stack || ranges_add(&image->hidden, m->start, sp);
  ranges_sort(&image->hidden);
  return done;
}

/* Vector registers hold nothing of the program's across a call by its ABI: a thread that is in a
 * system call made by a library function left only remains in them. */
static bool in_library_call(const struct image *image, const struct stopped_thread *thread) {
  const struct mapping *m = thread->in_call ? maps_find(&image->maps, thread->registers.rip) : NULL;
  const char *name = m ? strrchr(m->path, '/') : NULL;
  return name && (!strncmp(name, "/libc.so", 8) || !strncmp(name, "/libc-", 6) ||
                  !strncmp(name, "/libpthread", 11) || !strncmp(name, "/ld-linux", 9) ||
                  !strncmp(name, "/libmemprof", 11));
}

static bool add_registers(struct image *image, const struct stopped_thread *thread) {
  const struct user_regs_struct *r = &thread->registers;
  const uint64_t general[] = {r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp, r->r8,
                              r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};
  for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
    if (!add_word(image, general[i], ROOT_REGISTERS, thread->tid))
      return false;
  /* The first 160 bytes of the area are control words and the x87 registers, which are 16 bytes
   * apart. */
  for (size_t i = 4; i < thread->n_vectors && !in_library_call(image, thread); i++)
    if (thread->vectors[i] && !add_word(image, thread->vectors[i], ROOT_REGISTERS, thread->tid))
      return false;
  return true;
}

/* The thread that ended the program by exit(): what it left deeper than the call is dead, and so
 * are all registers but those that a caller may rely on. */
static bool add_exited(struct image *image, const struct recording_exit *exit, pid_t tid) {
  const uint64_t saved[] = {exit->rbx, exit->rbp, exit->r12, exit->r13, exit->r14, exit->r15};
  for (size_t i = 0; i < sizeof(saved) / sizeof(saved[0]); i++)
    if (!add_word(image, saved[i], ROOT_REGISTERS, tid))
      return false;
  return add_stack(image, exit->sp, tid);
}

static bool add_thread(struct image *image, const struct recording *recording,
                       const struct stopped_thread *thread, bool ending) {
  const struct recording_exit *exit = &recording->header.exit;
  struct control_block block;
  if (!thread->has_registers)
    return true;
  if (read_control_block(image, thread->registers.fs_base, &block) &&
      !add_tls(image, thread->registers.fs_base, &block, thread->tid))
    return false;
  if ((ending || exit->asked) && exit->sp && exit->tid == (uint32_t)thread->tid)
    return add_exited(image, exit, thread->tid);
  return add_registers(image, thread) &&
         add_stack(image, thread->registers.rsp - (thread->in_call ? 0 : RED_ZONE), thread->tid);
}

static bool is_live(const struct stopped_process *process, uint64_t control_block) {
  for (size_t i = 0; i < process->n_threads; i++)
    if (process->threads[i].has_registers && process->threads[i].registers.fs_base == control_block)
      return true;
  return false;
}

/* The stack of an ended thread is no root, but its control block's DTV is glibc's, and where nobody
 * has joined the thread (glibc then sets its tid to -1) its result, or the argument that it never
 * came to read, is still wanted. */
static bool hide_ended(struct image *image, const struct mapping *m, uint64_t at,
                       const struct control_block *block) {
  uint64_t word = 0, unused = at;
  struct root_range rest = {at, m->end, ROOT_TLS, 0, "", false};
  bool joined = !memory_word(&image->memory, at + TID_OFFSET, &word) || (int32_t)word < 0;
  bool done = add_dtv(image, at, block->dtv, 0, &unused) &&
              (joined || image_add_range(image, &rest)) &&
              ranges_add(&image->hidden, m->start, m->end);
  ranges_sort(&image->hidden);
  return done;
}

/* Thread stacks have an inaccessible page before them, and the control block in their last pages.
 */
static bool look_for_ended(struct image *image, const struct stopped_process *process,
                           const struct mapping *m) {
  struct control_block block;
  if (m == image->maps.data || m->inode || m->path[0] || m[-1].end != m->start ||
      m[-1].flags & MAPPING_READ || ranges_hold(&image->hidden, m->end - 1))
    return true;
  for (uint64_t at = (m->end - 16) & ~15ull; at > m->start && m->end - at <= 2 * CONTROL_BLOCK_MAX;
       at -= 16)
    if (read_control_block(image, at, &block))
      return is_live(process, at) || hide_ended(image, m, at, &block);
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
