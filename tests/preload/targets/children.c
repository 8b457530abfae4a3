/* children N BLOCKS [FILE]: N children, one after the other. Each gets so many blocks of 1000 bytes from in_child_1000, frees every
 * second one, writes its pid as a line, and executes FILE or ends with status 7. Before the next one the file system of $MEMPROF_DIR
 * is waited for to be half empty.
 * With $LATE there is one more, whose first thread has ended before the others begin; another of its threads gets 10 blocks of 300 bytes
 * from in_late_300 once they have ended. The parent keeps 3 blocks of 500 bytes from in_parent_500. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

NOINLINE void *in_child_1000(void) {
  return malloc(1000);
}
NOINLINE void *in_parent_500(void) {
  return malloc(500);
}

static void write_pid(void) {
  char line[16];
  if (write(1, line, (size_t)snprintf(line, sizeof(line), "%d\n", getpid())) < 0)
    _exit(8);
}

static void child(int blocks, char *file) {
  for (int i = 0; i < blocks; i++) {
    void *volatile block = in_child_1000();
    if (i % 2)
      free(block);
  }
  write_pid();
  if (file)
    execl(file, file, (char *)NULL);
  _exit(7);
}

NOINLINE void *in_late_300(void) {
  return malloc(300);
}

static void *late_thread(void *input) {
  if (read(*(int *)input, (char[1]){0}, 1) < 0)
    _exit(8);
  for (int i = 0; i < 10; i++)
    *(char *volatile *)in_late_300() = "";
  write_pid();
  _exit(7);
}

/* The pid; it ends once the descriptor is closed. */
static pid_t begin_late(int *until) {
  static int ends[2];
  pthread_t thread;
  if (pipe(ends) < 0)
    return -1;
  pid_t pid = fork();
  if (pid) {
    *until = ends[1];
    return pid;
  }
  close(ends[1]);
  in_child_1000();
  pthread_create(&thread, NULL, late_thread, ends);
  pthread_exit(NULL);
}

static bool half_full(const char *folder) {
  struct statvfs fs;
  return folder && statvfs(folder, &fs) == 0 && fs.f_bfree < fs.f_blocks / 2;
}

int main(int argc, char **argv) {
  char *file = argc > 3 ? argv[3] : NULL;
  for (int i = 0; i < 3; i++)
    *(char *volatile *)in_parent_500() = "";
  int until = -1, late_status = 7 << 8;
  pid_t late = getenv("LATE") ? begin_late(&until) : 0;
  for (int i = 0; argc > 2 && i < atoi(argv[1]); i++) {
    int status;
    pid_t pid = fork();
    if (pid == 0)
      child(atoi(argv[2]), file);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != (file ? 0 : 7))
      return 1;
    while (half_full(getenv("MEMPROF_DIR")))
      nanosleep(&(struct timespec){0, 2000000}, NULL);
  }
  close(until);
  if (late)
    waitpid(late, &late_status, 0);
  return late_status != 7 << 8;
}
