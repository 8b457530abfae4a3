/* memprof.h at odd moments: moments fork, moments sandbox. */
#include <memprof.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int ended;

static void *take_snapshots(void *unused) {
  while (!ended)
    memprof_snapshot("thread.pb.gz");
  return unused;
}

/* Children of a moment at which another thread waits for its snapshot, which it nearly always does. */
static int snapshots_of_children(void) {
  enum { CHILDREN = 5 };
  int taken = 0, status;
  pthread_t thread;
  pthread_create(&thread, NULL, take_snapshots, NULL);
  for (int i = 0; i < CHILDREN; i++) {
    usleep(20000);
    pid_t pid = fork();
    if (pid == 0)
      _exit(memprof_snapshot("child.pb.gz"));
    taken += waitpid(pid, &status, 0) == pid && status == 0;
  }
  ended = 1;
  pthread_join(thread, NULL);
  return taken;
}

static void *ask(void *ret) {
  free(malloc(100));
  *(int *)ret = memprof_is_active();
  return NULL;
}

/* A filter that allows everything. */
static int enter_sandbox(void) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {1, &allow};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv) {
  free(malloc(100));
  if (argc > 1 && !strcmp(argv[1], "fork")) {
    printf("taken: %d\n", snapshots_of_children());
    return 0;
  }
  int before = memprof_is_active(), later = -1;
  pthread_t thread;
  if (enter_sandbox())
    return 1;
  pthread_create(&thread, NULL, ask, &later);
  pthread_join(thread, NULL);
  printf("active: %d, here %d, in a new thread %d\n", before, memprof_is_active(), later);
  return 0;
}
