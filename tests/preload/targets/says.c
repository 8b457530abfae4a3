/* says WHAT: a child makes something of its descriptor 2 and allocates for the first time. The shim
 * then has something to say: it finds no folder for a recording, because the parent has moved it.
 * With a second argument there is no child: the program executes itself with such a descriptor, and
 * with the shim that PRELOAD_THEN names.
 *
 * says data      descriptor 2 is a file of data
 * says pipe      descriptor 2 is a pipe that nobody reads
 * says full      descriptor 2 is a pipe that is full
 * says closed    there is no descriptor 2
 * says stderr    descriptor 2 is what it was
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile kept;

static void replace_with_pipe(bool full) {
  int ends[2];
  char page[4096] = {0};
  if (pipe(ends) < 0 || dup2(ends[1], 2) < 0)
    exit(2);
  close(ends[1]);
  if (!full)
    close(ends[0]);
  fcntl(2, F_SETFL, O_NONBLOCK);
  while (full && write(2, page, sizeof(page)) > 0)
    ;
  fcntl(2, F_SETFL, 0);
}

static void replace(const char *what) {
  if (!strcmp(what, "stderr"))
    return;
  if (!strcmp(what, "data")) {
    close(2);
    if (open("data", O_RDWR | O_CREAT | O_TRUNC, 0600) != 2 || write(2, "data\n", 5) != 5)
      exit(2);
  } else if (!strcmp(what, "closed"))
    close(2);
  else
    replace_with_pipe(!strcmp(what, "full"));
}

static void allocate(void) {
  for (int i = 0; i < 100; i++)
    kept = malloc(1000);
}

int main(int argc, char **argv) {
  int status = 0;
  if (argc > 2) {
    replace(argv[1]);
    setenv("LD_PRELOAD", getenv("PRELOAD_THEN"), 1);
    execl(argv[0], argv[0], "now", (char *)NULL);
    return 2;
  }
  if (strcmp(argv[1], "now") && rename("recordings", "moved") == 0) {
    pid_t pid = fork();
    if (!pid) {
      replace(argv[1]);
      allocate();
      _exit(0);
    }
    waitpid(pid, &status, 0);
  } else
    allocate();
  return status ? 3 : write(1, "done\n", 5) == 5 ? 0 : 1;
}
