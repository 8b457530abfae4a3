/* children N BLOCKS [FILE]: N children, one after the other. Each gets so many blocks of 1000 bytes from in_child_1000, frees every
 * second one, writes its pid as a line, and executes FILE or ends with status 7. Before the next one the file system of $MEMPROF_DIR
 * is waited for to be half empty. The parent keeps 3 blocks of 500 bytes from in_parent_500. */
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

static bool half_full(const char *folder) {
  struct statvfs fs;
  return folder && statvfs(folder, &fs) == 0 && fs.f_bfree < fs.f_blocks / 2;
}

int main(int argc, char **argv) {
  char *file = argc > 3 ? argv[3] : NULL;
  for (int i = 0; i < 3; i++)
    *(char *volatile *)in_parent_500() = "";
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
  return 0;
}
