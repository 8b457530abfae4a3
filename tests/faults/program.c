/* The program that runs under faults: program STATUS [wait]. It loses 170,000 bytes in lose(), in a thread and a child, too, and says when
 * it has begun and when it is done. With "wait" it reads its input to the end before that. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile last;

static __attribute__((noinline)) void lose(int n) {
  for (int i = 0; i < n; i++)
    last = malloc(100);
}

static void *thread(void *unused) {
  lose(500);
  return unused;
}

static int in_child(void) {
  int status = 0;
  pid_t pid = fork();
  if (pid > 0)
    return waitpid(pid, &status, 0) == pid ? status : 1;
  lose(200);
  exit(pid < 0);
}

int main(int argc, char **argv) {
  char unused;
  pthread_t id;
  lose(1);
  if (write(STDOUT_FILENO, "begun\n", 6) != 6)
    return 1;
  lose(999);
  if (pthread_create(&id, NULL, thread, NULL) || pthread_join(id, NULL) || in_child())
    return 1;
  while (argc > 2 && read(STDIN_FILENO, &unused, 1) > 0)
    ;
  return write(STDOUT_FILENO, "done\n", 5) == 5 ? atoi(argv[1]) : 1;
}
