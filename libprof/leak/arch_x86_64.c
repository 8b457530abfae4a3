#include "leak/arch.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum {
  RED_ZONE = 128,      /* bytes (System V ABI) */
  VECTORS_MAX = 16384, /* bytes of an XSAVE area: AVX-512 and AMX take 11008 */
  VECTORS_FIRST = 4,   /* words of control before the x87 registers */
  TID_OFFSET = 720,    /* of struct pthread.tid, in all of glibc 2.x for x86-64 */
};

size_t arch_general_registers(const struct user_regs_struct *r, uint64_t ret[ARCH_GENERAL_MAX]) {
  const uint64_t general[] = {r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp, r->r8,
                              r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};
  memcpy(ret, general, sizeof(general));
  return sizeof(general) / sizeof(general[0]);
}

uint64_t arch_code_address(const struct user_regs_struct *registers) {
  return registers->rip;
}

uint64_t arch_thread_pointer(const struct user_regs_struct *registers) {
  return registers->fs_base;
}

uint64_t arch_stack_start(const struct user_regs_struct *registers, bool in_call) {
  return registers->rsp - (in_call ? 0 : RED_ZONE);
}

/* The kernel keeps the number apart, because rax has the result; it is negative outside of
 * calls. */
long arch_system_call(const struct user_regs_struct *registers) {
  return (int64_t)registers->orig_rax >= 0 ? (long)registers->orig_rax : -1;
}

void arch_set_result(struct user_regs_struct *registers, uint64_t result) {
  registers->rax = result;
}

uint64_t *arch_read_vectors(pid_t tid, size_t *n) {
  uint64_t *area = malloc(VECTORS_MAX);
  struct iovec io = {area, VECTORS_MAX};
  *n = 0;
  if (!area || ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, &io) < 0 ||
      io.iov_len <= VECTORS_FIRST * sizeof(*area)) {
    free(area);
    return NULL;
  }
  *n = io.iov_len / sizeof(*area) - VECTORS_FIRST;
  memmove(area, area + VECTORS_FIRST, *n * sizeof(*area));
  uint64_t *smaller = realloc(area, *n * sizeof(*area));
  return smaller ? smaller : area;
}

/* It begins with a pointer to itself, the dynamic thread vector, and a pointer to itself again
 * (sysdeps/x86_64/nptl/tls.h, tcbhead_t). */
bool arch_control_block(struct memory *memory, uint64_t at, uint64_t *dtv) {
  uint64_t self, self_again;
  return at % 16 == 0 && memory_word(memory, at, &self) && self == at &&
         memory_word(memory, at + 8, dtv) && memory_word(memory, at + 16, &self_again) &&
         self_again == at;
}

/* pthread_join sets the thread's id to -1. */
bool arch_thread_was_joined(struct memory *memory, uint64_t control_block) {
  uint64_t word;
  return !memory_word(memory, control_block + TID_OFFSET, &word) || (int32_t)word < 0;
}
