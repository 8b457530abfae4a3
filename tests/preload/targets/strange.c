/* strange THING: does one thing that few programs do, allocates before, within and after, and prints what came of it. The same with
 * and without memprof. tests/preload/strange.py says which things there are. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
extern char **environ;
static char stack[1 << 18] __attribute__((aligned(16)));
static char *self;

NOINLINE static void work(int n) {
  void *block[50];
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < 50; k++)
      block[k] = malloc((size_t)(k * 37 + i % 11));
    for (int k = 0; k < 50; k++)
      free(block[k]);
  }
}

static void say_end(const char *what, pid_t pid) {
  int status = -1;
  if (pid < 0)
    printf("%s: not begun, errno %d\n", what, errno);
  else if (waitpid(pid, &status, __WALL) < 0)
    printf("%s: not waited for, errno %d\n", what, errno);
  else
    printf("%s: status %x\n", what, (unsigned)status);
}

static int cloned(void *status) {
  work(20);
  syscall(SYS_exit, (int)(intptr_t)status);
  return 0;
}

static void clones(void) {
  static const int flags[] = {0,
                              CLONE_FILES,
                              CLONE_FS,
                              CLONE_FILES | CLONE_FS,
                              CLONE_VM,
                              CLONE_VM | CLONE_VFORK,
                              CLONE_VFORK,
                              CLONE_VM | CLONE_FILES | CLONE_FS,
                              CLONE_VM | CLONE_SIGHAND,
                              CLONE_SYSVSEM,
                              CLONE_PTRACE,
                              CLONE_IO};
  for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
    work(20);
    say_end("clone", clone(cloned, stack + sizeof(stack), flags[i] | SIGCHLD, (void *)(i + 1)));
  }
  say_end("clone without a signal", clone(cloned, stack + sizeof(stack), 0, (void *)99));
}

static void namespaces(void) {
  static const int flags[] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS,    CLONE_NEWNET,
                              CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};
  for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
    pid_t pid = fork();
    if (pid == 0) {
      int failed = unshare(flags[i]) ? errno : 0;
      work(20);
      pid = fork();
      if (pid == 0) {
        work(20);
        _exit(3);
      }
      int status = 0;
      waitpid(pid, &status, 0);
      work(20);
      _exit(failed ? failed : WEXITSTATUS(status));
    }
    say_end("unshare", pid);
    say_end("clone into it", clone(cloned, stack + sizeof(stack), flags[i] | SIGCHLD, (void *)5));
  }
}

static void filter(unsigned number, unsigned action) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {sizeof(code) / sizeof(*code), code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    _exit(9);
}

/* A child for each system call, which a filter forbids. The heap has room for all that it allocates afterwards. */
static void filters(unsigned action) {
  for (unsigned number = 0; number < 460; number++) {
    pid_t pid = fork();
    if (pid == 0) {
      work(20);
      filter(number, action);
      work(200);
      syscall(SYS_exit_group, 4);
      syscall(SYS_exit, 5);
    }
    printf("%u ", number);
    say_end("filter", pid);
  }
}

static void limit_work(int resource, rlim_t value) {
  work(20);
  if (setrlimit(resource, &(struct rlimit){value, value}))
    _exit(8);
  work(200);
}

/* A limit of every kind, set by the process that it is for, or before it is executed. */
static void limits(void) {
  static const rlim_t values[] = {0, 1, 4096, 1 << 16};
  char *argv[] = {self, "work", NULL};
  signal(SIGXCPU, SIG_IGN);
  for (int resource = 0; resource < RLIM_NLIMITS; resource++)
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
      bool space = resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK ||
                   resource == RLIMIT_CPU;
      rlim_t value = space ? values[i] + (1u << 28) : values[i];
      for (int executes = 0; executes < 2; executes++) {
        pid_t pid = fork();
        if (pid == 0) {
          limit_work(resource, value);
          if (executes && resource != RLIMIT_NOFILE) /* the loader opens files */
            execv(self, argv);
          _exit(4);
        }
        char what[64]; /* in one piece, after the lines of what was executed */
        snprintf(what, sizeof(what), "%d %lu %d limit", resource, (unsigned long)value, executes);
        say_end(what, pid);
      }
    }
}

static void descriptors(void) {
  closefrom(3);
  work(100);
  close_range(3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
  work(100);
  for (int fd = 3; fd < 3000; fd++)
    close(fd);
  int fd = open("/dev/null", O_RDONLY);
  printf("the next is %d\n", fd);
  for (int to = 3; to < 300; to++)
    dup2(fd, to);
  work(100);
  puts("worked");
}

static volatile int handled;
static void on_signal(int number) {
  (void)number;
  free(malloc(100));
  handled++;
}

static void alternate(size_t size) {
  pid_t pid = fork();
  if (pid == 0) {
    stack_t ss = {.ss_sp = stack + sizeof(stack) / 2, .ss_size = size};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    if (sigaltstack(&ss, NULL))
      _exit(9);
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 100; i++) {
      work(2);
      raise(SIGUSR1);
    }
    for (char *p = stack; p < stack + sizeof(stack) / 2;
         p++) /* below the stack, where nothing may have been written */
      if (*p)
        _exit(7);
    _exit(handled == 100 ? 4 : 6);
  }
  printf("%zu ", size);
  say_end("alternate stack", pid);
}

static sigjmp_buf back;
static void jump(int number) {
  free(malloc((size_t)number));
  siglongjmp(back, 1);
}

NOINLINE static void deep(int n) {
  char room[64];
  memset(room, n, sizeof(room));
  free(malloc(32));
  if (n)
    deep(n - 1);
  if (n % 1000 == 0)
    free(malloc((size_t)room[3] + 1000));
}

static void *thread_work(void *n) {
  work((int)(intptr_t)n);
  return NULL;
}

static void many_threads(void) {
  static pthread_t thread[2000];
  pthread_attr_t attr;
  int begun = 0;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 1 << 16);
  for (int wave = 0; wave < 5; wave++) {
    for (int i = 0; i < 2000; i++)
      begun += pthread_create(&thread[i], &attr, thread_work, (void *)1) == 0;
    for (int i = 0; i < 2000; i++)
      pthread_join(thread[i], NULL);
  }
  printf("%d threads\n", begun);
}

static void *executes(void *argv) {
  work(20);
  execv(self, argv);
  return NULL;
}

static void exec_from_thread(void) {
  pthread_t thread[4];
  char *argv[] = {self, "work", NULL};
  for (int i = 0; i < 3; i++)
    pthread_create(&thread[i], NULL, thread_work, (void *)100000000);
  pthread_create(&thread[3], NULL, executes, argv);
  pause();
}

static void exit_race(void) {
  for (int i = 0; i < 30; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      pthread_t thread[4];
      for (int k = 0; k < 4; k++)
        pthread_create(&thread[k], NULL, thread_work, (void *)100000000);
      work(10 * i);
      i % 3 ? exit(5) : i % 2 ? _exit(5) : quick_exit(5);
    }
    say_end("exit", pid);
  }
}

/* sub $8, %rsp; mov $100, %edi; movabs $malloc, %rax; call *%rax; add $8, %rsp; ret */
static void jit(void) {
  unsigned char code[] = {0x48, 0x83, 0xec, 8, 0xbf, 100, 0,    0,    0,    0x48, 0xb8, 0, 0,
                          0,    0,    0,    0, 0,    0,   0xff, 0xd0, 0x48, 0x83, 0xc4, 8, 0xc3};
  void *(*function)(size_t) = malloc;
  memcpy(code + 11, &function, 8);
  unsigned char *page =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 1000; i++) {
    memset(page, 0xcc, 4096);
    memcpy(page + i, code, sizeof(code));
    void *(*made)(void);
    unsigned char *at = page + i;
    memcpy(&made, &at, sizeof(made));
    free(made());
  }
  munmap(page, 4096);
  work(10);
  puts("ran");
}

static void other_namespace(void) {
  void *libc = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
  char *(*copy)(const char *) = libc ? (char *(*)(const char *))dlsym(libc, "strdup") : NULL;
  void (*give)(void *) = libc ? (void (*)(void *))dlsym(libc, "free") : NULL;
  for (int i = 0; copy && i < 1000; i++)
    give(copy("from another libc"));
  work(10);
  printf("dlmopen %d, closed %d\n", libc != NULL, libc ? dlclose(libc) : -1);
}

static void traced(void) {
  pid_t pid = fork();
  if (pid == 0) {
    long asked = ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    work(20);
    raise(SIGSTOP);
    work(20);
    _exit(asked ? 9 : 4);
  }
  int status;
  waitpid(pid, &status, 0);
  printf("stopped %x\n", (unsigned)status);
  printf("let go %ld\n", ptrace(PTRACE_CONT, pid, NULL, NULL));
  say_end("traced child", pid);
}

static void spawns(void) {
  char *argv[] = {self, "work", NULL};
  pid_t pid = vfork();
  if (pid == 0) {
    execv(self, argv);
    _exit(9);
  }
  say_end("vfork", pid);
  pid = vfork();
  if (pid == 0)
    _exit(7);
  say_end("vfork and exit", pid);
  if (posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0)
    say_end("posix_spawn", pid);
  if (posix_spawnp(&pid, "true", NULL, NULL, argv, (char *[]){NULL}) == 0)
    say_end("posix_spawnp without an environment", pid);
  clearenv();
  printf("system %x\n", (unsigned)system(":"));
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  self = argv[0];
  const char *thing = argc > 1 ? argv[1] : "";
  work(20);
  if (!strcmp(thing, "work"))
    puts("worked");
  else if (!strcmp(thing, "clones"))
    clones();
  else if (!strcmp(thing, "namespaces"))
    namespaces();
  else if (!strcmp(thing, "filters_kill"))
    filters(SECCOMP_RET_KILL_PROCESS);
  else if (!strcmp(thing, "filters_trap"))
    filters(SECCOMP_RET_TRAP);
  else if (!strcmp(thing, "limits"))
    limits();
  else if (!strcmp(thing, "descriptors"))
    descriptors();
  else if (!strcmp(thing, "altstacks"))
    for (size_t size = 6144; size <= 8192; size += 512)
      alternate(size);
  else if (!strcmp(thing, "longjmp")) {
    sigaction(SIGUSR2, &(struct sigaction){.sa_handler = jump}, NULL);
    for (volatile int i = 0; i < 1000; i++)
      if (!sigsetjmp(back, 1))
        raise(SIGUSR2);
    puts("jumped");
  } else if (!strcmp(thing, "deep"))
    deep(50000), puts("deep");
  else if (!strcmp(thing, "threads"))
    many_threads();
  else if (!strcmp(thing, "exec_from_thread"))
    exec_from_thread();
  else if (!strcmp(thing, "exit_race"))
    exit_race();
  else if (!strcmp(thing, "jit"))
    jit();
  else if (!strcmp(thing, "dlmopen"))
    other_namespace();
  else if (!strcmp(thing, "traced"))
    traced();
  else if (!strcmp(thing, "spawns"))
    spawns();
  else
    return 8;
  work(20);
  return 0;
}
