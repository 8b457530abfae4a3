/* many_forks HOW [keep]: a program with so many live blocks that a fork does not wait for their copy.
 * It allocates SMALL of 24 bytes and WIDE of 1000, and forks as HOW says. Before the child may look it
 * frees some of the small ones, allocates as many again, and reallocates wide ones. A child that looks
 * allocates 7 of 70 000 bytes, keeps them, and frees all blocks that it inherited, unless `keep` is
 * there. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
enum { SMALL = 100000, WIDE = 3000 };

static void *small[SMALL], *wide[WIDE];
static int changed, keeps;
static const char *how;

static int is(const char *name) {
  return !strcmp(how, name);
}

static int is_twice(void) {
  return is("twice") || is("unseen");
}

NOINLINE static void *small_before(void) {
  return malloc(24);
}
NOINLINE static void *wide_before(void) {
  return malloc(1000);
}
NOINLINE static void *small_after(void) {
  return malloc(20);
}
NOINLINE static void *wide_after(void *p) {
  return realloc(p, 2000);
}
NOINLINE static void *first_child(void) {
  return malloc(70000);
}
NOINLINE static void *second_child(void) {
  return malloc(70000);
}

/* The parent changes n of each kind, from `changed` on. */
static void change(int n) {
  for (int end = changed + n; changed < end; changed++) {
    int at = (int)((unsigned)changed * 7919u % SMALL); /* here and there */
    free(small[at]);
    small[at] = small_after();
    if (changed < WIDE)
      wide[changed] = wide_after(wide[changed]);
  }
}

static void look_at_all(void *(*allocate)(void)) {
  for (int i = 0; i < 7; i++)
    allocate();
  for (int i = 0; i < SMALL && !keeps; i++)
    free(small[i]);
  for (int i = 0; i < WIDE && !keeps; i++)
    free(wide[i]);
}

/* Whoever is alive has it open for writing. */
static int alive[2];

static void wait_for_others(void) {
  char c;
  close(alive[1]);
  if (read(alive[0], &c, 1) < 0)
    _exit(9);
}

/* A child that waits until `go` can be read, and then looks. */
static pid_t start_child(int go[2], void *(*allocate)(void)) {
  char c;
  if (pipe(go))
    exit(7);
  pid_t pid = fork();
  if (pid)
    return pid;
  if (is_twice()) { /* this one allocates nothing, and is gone before its child looks */
    pid = is("unseen") ? (pid_t)syscall(SYS_fork) : fork();
    if (pid)
      _exit(pid < 0);
  }
  close(go[1]);
  if (read(go[0], &c, 1) < 0)
    _exit(6);
  look_at_all(allocate);
  _exit(0);
}

static void let_go(int go[2]) {
  close(go[0]);
  close(go[1]);
}

static volatile int stop;

static void *churn(void *unused) {
  while (!stop)
    free(malloc(30));
  return unused;
}

/* How many KiB the process has had at most. */
static long most_kib(void) {
  char line[256];
  long kib = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof(line), f))
    sscanf(line, "VmHWM: %ld", &kib);
  if (f)
    fclose(f);
  return kib;
}

static int cost(void) {
  enum { BLOCKS = 2000000 };
  for (int i = 0; i < BLOCKS; i++)
    small_before();
  long before = most_kib();
  pid_t pid = fork();
  if (!pid)
    _exit(0);
  long after = most_kib();
  waitpid(pid, NULL, 0);
  printf("%ld\n", after - before);
  return 0;
}

/* Whether memory is shared with no file behind it: copies that are still being made. Without an
 * allocation, which would go on with them. */
static int is_copying(void) {
  static char maps[1 << 20];
  int fd = open("/proc/self/maps", O_RDONLY);
  size_t n = 0;
  for (ssize_t got; (got = read(fd, maps + n, sizeof(maps) - 1 - n)) > 0; n += (size_t)got)
    ;
  close(fd);
  maps[n] = 0;
  return strstr(maps, "/dev/zero") != NULL;
}

static int wait_for(pid_t pid) {
  int status;
  return waitpid(pid, &status, 0) != pid || status ? 5 : 0;
}

static void fail(int status) {
  exit(status);
}

/* Children that never look, between changes; every second one is waited for. */
static void come_and_go(void) {
  for (int i = 0; i < 5; i++) {
    pid_t pid = fork();
    if (!pid)
      _exit(0);
    if (i % 2 && wait_for(pid))
      fail(4);
    change(1);
    if (i % 2 && is_copying()) /* for nobody */
      fail(12);
    change(99);
  }
}

/* Another child comes and goes while the first one waits. */
static void come_between(void) {
  pid_t pid = fork();
  if (!pid)
    _exit(0);
  if (wait_for(pid))
    fail(4);
}

/* The child looks first, and is a zombie when the parent changes its blocks. */
static void look_first(pid_t child, int go[2]) {
  siginfo_t info;
  let_go(go);
  waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
  change(300);
}

static void begin_parent(void) {
  if (pipe(alive))
    fail(8);
  if ((is("killed") || is("exits")) && fork()) { /* somebody waits for all */
    wait_for_others();
    exit(0);
  }
  for (int i = 0; i < SMALL; i++)
    small[i] = small_before();
  for (int i = 0; i < WIDE; i++)
    wide[i] = wide_before();
  if (is("gone"))
    come_and_go();
}

static void change_and_end(pid_t first, int go[2]) {
  if (!is("threads") && !is_copying())
    fail(10);
  if (is("read"))
    look_first(first, go);
  else if (!is("nothing"))
    change(is("part") ? 500 : 60000);
  if (is_copying() != (is("nothing") || is("part")))
    fail(11);
  if (is("killed"))
    kill(getpid(), SIGKILL);
  if (is("exits"))
    _exit(0);
  if (!is("read"))
    let_go(go);
}

static void fork_and_wait(void) {
  int one[2], two[2];
  pid_t second = 0, first = start_child(one, first_child);
  if (is_twice() && wait_for(first))
    fail(3);
  if (is("again"))
    change(1000);
  if (is("again") || is("shared"))
    second = start_child(two, second_child);
  if (is("survivor"))
    come_between();
  change_and_end(first, one);
  if (second)
    let_go(two);
  wait_for_others();
  if ((!is_twice() && wait_for(first)) || (second && wait_for(second)))
    fail(2);
}

int main(int argc, char **argv) {
  enum { THREADS = 3 };
  pthread_t threads[THREADS];
  how = argv[1];
  keeps = argc > 2;
  if (is("cost"))
    return cost();
  begin_parent();
  for (int i = 0; i < THREADS && is("threads"); i++)
    pthread_create(&threads[i], NULL, churn, NULL);
  fork_and_wait();
  stop = 1;
  for (int i = 0; i < THREADS && is("threads"); i++)
    pthread_join(threads[i], NULL);
  return 0;
}
