/* sandbox HOW: allocates from ever new places once a filter kills the process for what it never
 * asks the kernel for itself.
 *
 * sandbox prctl, sandbox seccomp    a filter, set by the one or the other
 * sandbox strict                    seccomp's strict mode: read, write and exit alone
 */
#include "ever_new.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCKS = 20000 };
static void *blocks[BLOCKS];

static void allocate_all(void) {
  uint64_t x = 1;
  for (int i = 0; i < BLOCKS; i++) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    blocks[i] = left(x >> 40, 20, 16 + (x >> 33) % 400);
    if (i % 3 == 0)
      free(blocks[i / 3]);
    if (i % 3 == 0)
      blocks[i / 3] = NULL;
  }
}

__attribute__((noinline)) void before_filter(void) {
  for (int i = 0; i < 500; i++)
    blocks[i] = malloc(100);
}

#define KILL(name)                                                                                 \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                                           \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static void set_filter(int by_prctl) {
  static struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      KILL(mremap),
      KILL(madvise),
      KILL(mmap),
      KILL(munmap),
      KILL(clock_gettime),
      KILL(openat),
      KILL(prctl),
      KILL(tgkill),
      KILL(getrusage),
      KILL(clone),
      KILL(execve),
      KILL(brk),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  static const struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (by_prctl ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
               : syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
    exit(2);
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  /* The heap is there before: later allocations ask the kernel for nothing. */
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  before_filter();
  if (!strcmp(how, "strict")) {
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
    allocate_all();
    int good = write(1, "done\n", 5) == 5;
    syscall(SYS_exit, good ? 0 : 1);
  }
  set_filter(!strcmp(how, "prctl"));
  allocate_all();
  return write(1, "done\n", 5) == 5 ? 0 : 1;
}
