/* conform GROUP [PLACE]: what glibc's own tests ask of malloc, asked in this program's words: answers are printed, and are the same under
 * memprof. tests/preload/conformance.py says which of glibc's tests each group stands for. The group "abort" frees a block twice,
 * which glibc notices in the place that is named. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <obstack.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define obstack_chunk_alloc malloc
#define obstack_chunk_free free
enum { THREADS = 8, ROUNDS = 2000 };
static volatile size_t huge = SIZE_MAX;

static void say(const char *what, long answer) {
  printf("%s: %ld errno %d\n", what, answer, errno);
  errno = 0;
}

static bool all_are(const char *p, char byte, size_t n) {
  while (n && *p == byte)
    p++, n--;
  return !n;
}

/* Every byte of the usable size may be written, and realloc keeps it. */
static void usable(void) {
  uint64_t hash = 0;
  for (size_t n = 0; n < 5000; n++) {
    char *p = malloc(n);
    size_t room = malloc_usable_size(p);
    memset(p, (char)n, room);
    char *q = realloc(p, room + 1);
    hash = hash * 31 + room + (uint64_t)all_are(q, (char)n, room) + (room >= n);
    free(q);
  }
  say("usable sizes", (long)(hash >> 1));
}

static void aligned(void) {
  for (size_t alignment = 1; alignment <= 1 << 20; alignment *= 2)
    for (size_t n = 0; n < 3; n++) {
      void *p = memalign(alignment, n * 1000), *q = aligned_alloc(alignment, n * alignment),
           *r = NULL;
      int error = posix_memalign(&r, alignment, n * 777);
      printf("%zu %zu: %d %d %d %d\n", alignment, n, (uintptr_t)p % alignment == 0,
             (uintptr_t)q % alignment == 0, (uintptr_t)r % alignment == 0, error);
      free(p), free(q);
      if (!error)
        free(r);
    }
  for (size_t odd = 3; odd < 100000; odd = odd * 5 / 2 | 1) {
    void *p = memalign(odd, 100);
    say("memalign to what is no power of two", p != NULL);
    free(p);
    p = aligned_alloc(odd, 100);
    say("aligned_alloc to that", p != NULL);
    free(p);
  }
  say("memalign beyond all", memalign(huge / 2 + 2, 10) != NULL);
  void *p = valloc(0), *q = pvalloc(0), *r = pvalloc(4097);
  printf("valloc %d pvalloc %d %zu\n", (uintptr_t)p % 4096 == 0, (uintptr_t)q % 4096 == 0,
         malloc_usable_size(r) / 4096);
  free(p), free(q), free(r);
}

static void sizes(void) {
  for (size_t n = 0; n < 20; n++) {
    size_t size = huge - n * 4096;
    void *p = malloc(10);
    printf("%zu: %d", n,
           malloc(size) || calloc(size, 1) || calloc(1, size) || realloc(p, size) ||
               memalign(16, size));
    printf(" %d", reallocarray(p, size, 1) || reallocarray(p, 2, size / 2 + 1) ||
                      reallocarray(p, size / 2, 4));
    say("", (valloc(size) || pvalloc(size)));
    free(p);
  }
  char *old[64], *p = NULL;
  for (size_t i = 0; i < 64; i++)
    memset(old[i] = malloc(i * 97), 0xff, i * 97);
  for (size_t i = 0; i < 64; i++)
    free(old[i]);
  bool zero = true;
  for (size_t i = 1; i < 64; i++)
    zero &= all_are(old[i] = calloc(i, 97), 0, i * 97);
  for (size_t i = 1; i < 64; i++)
    free(old[i]);
  say("calloc is zero", zero);
  bool kept = true;
  for (size_t n = 1; n < 1 << 22; n = n * 3 / 2 + 1) {
    p = realloc(p, n);
    kept &= n < 4 || all_are(p, 'k', n * 2 / 3 - 1);
    memset(p, 'k', n);
  }
  kept &= all_are(p = realloc(p, 50), 'k', 50);
  say("realloc keeps", kept);
  say("realloc to 0", realloc(p, 0) != NULL);
  p = reallocarray(NULL, 3, 5);
  say("reallocarray", (long)malloc_usable_size(p));
  free(p);
}

static void settings(void) {
  const int names[] = {M_MXFAST,         M_TRIM_THRESHOLD, M_TOP_PAD,
                       M_MMAP_THRESHOLD, M_MMAP_MAX,       M_CHECK_ACTION,
                       M_ARENA_TEST,     M_ARENA_MAX,      12345};
  struct mallinfo2 before = mallinfo2();
  void *p = malloc(300);
  struct mallinfo2 after = mallinfo2();
  say("mallinfo2 grew by", (long)(after.uordblks - before.uordblks));
  free(p);
  p = malloc(1 << 26);
  say("mapped blocks", (long)(mallinfo2().hblks - before.hblks));
  free(p);
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    say("mallopt", mallopt(names[i], 64));
  say("mxfast too large", mallopt(M_MXFAST, 1 << 20));
  say("perturb", mallopt(M_PERTURB, 0x5a));
  char *q = malloc(200);
  say("perturbed", all_are(q, (char)~0x5a, 200));
  free(q);
  mallopt(M_PERTURB, 0);
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  say("malloc_info", malloc_info(0, file));
  say("malloc_info of 1", malloc_info(1, file));
  fclose(file);
  say("is XML", !strncmp(text, "<malloc version=", 16) && strstr(text, "</malloc>"));
  free(text);
  p = malloc(100000);
  free(p);
  malloc_trim(0);
  say("malloc_trim of nothing more", malloc_trim(1 << 30));
  malloc_stats();
}

/* Callers within libc. */
static void callers(void) {
  struct obstack stack;
  obstack_init(&stack);
  for (int i = 0; i < 10000; i++)
    obstack_int_grow(&stack, i);
  say("obstack", obstack_object_size(&stack));
  obstack_free(&stack, NULL);
  char *line = NULL, *s;
  size_t n = 0;
  FILE *file = fopen("/proc/self/status", "r");
  say("getline", file && getline(&line, &n, file) > 0);
  fclose(file);
  say("asprintf", asprintf(&s, "%*d", 5000, 1));
  free(s), free(line);
  free(strdup("abc")), free(strndup("abcdef", 3)), free(realpath("/", NULL)), free(getcwd(NULL, 0));
  setenv("CONFORM", "x", 1), unsetenv("CONFORM");
}

static void *churn(void *seed) {
  unsigned state = (unsigned)(uintptr_t)seed;
  void *kept[64] = {0};
  for (int i = 0; i < ROUNDS; i++) {
    unsigned k = rand_r(&state) % 64;
    free(kept[k]);
    kept[k] = malloc(rand_r(&state) % 3000);
  }
  for (int k = 0; k < 64; k++)
    free(kept[k]);
  return NULL;
}

static int status_of_fork(void) {
  int status = -1;
  pid_t pid = fork();
  if (pid == 0) {
    churn((void *)5);
    _exit(3);
  }
  waitpid(pid, &status, 0);
  return status;
}

static volatile sig_atomic_t in_handler;
static void on_signal(int number) {
  (void)number;
  pid_t pid = fork();
  if (pid == 0)
    _exit(4);
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  in_handler += WEXITSTATUS(status) == 4;
}

/* Forks, from a handler, too, while threads allocate and end. */
static void threads(void) {
  pthread_t thread[THREADS];
  int good = 0;
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  for (int round = 0; round < 10; round++) {
    for (uintptr_t i = 0; i < THREADS; i++)
      pthread_create(&thread[i], NULL, churn, (void *)(i + 1));
    good += status_of_fork() == 3 << 8;
    raise(SIGUSR1);
    for (int i = 0; i < THREADS; i++)
      pthread_join(thread[i], NULL);
  }
  printf("forks %d, of handlers %d\n", good, (int)in_handler);
}

static void *until_it_fails(void *unused) {
  void **first = NULL, **p;
  (void)unused;
  errno = 0;
  while ((p = malloc(100000))) {
    *p = first;
    first = p;
  }
  intptr_t error = errno;
  while ((p = first)) {
    first = *p;
    free(p);
  }
  free(malloc(1000));
  return (void *)error;
}

static void limits(int which) {
  pthread_t thread[THREADS];
  void *error;
  struct rlimit limit = {which == RLIMIT_AS ? 1u << 30 : 1u << 28, 1u << 30};
  for (int i = 0; i < THREADS; i++)
    pthread_create(&thread[i], NULL, churn, NULL), pthread_join(thread[i], NULL);
  setrlimit(which, &limit);
  printf("until it fails: %ld\n", (long)(intptr_t)until_it_fails(NULL));
  if (pthread_create(&thread[0], NULL, until_it_fails, NULL) == 0) {
    pthread_join(thread[0], &error);
    printf("in a thread: %ld\n", (long)(intptr_t)error);
  }
}

/* In a thread's cache, in a fast bin, at another free block, and where the mark of the cache is overwritten. */
static void abort_in(const char *place) {
  size_t size = !strcmp(place, "cache") ? 40 : !strcmp(place, "fast") ? 40 : 5000;
  char *volatile p[10];
  for (int i = 0; i < 10; i++)
    p[i] = malloc(size);
  for (int i = 0; !strcmp(place, "fast") && i < 7; i++)
    free(p[i]);
  free(p[8]);
  if (!strcmp(place, "cleared")) /* as tst-tcfree2: the mark of the cache is gone */
    memset(p[8], 0, size);
  free(p[8]);
  puts("nothing was noticed");
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  const char *group = argc > 1 ? argv[1] : "calls";
  if (argc > 2)
    abort_in(argv[2]);
  else if (!strcmp(group, "settings"))
    settings();
  else if (!strcmp(group, "as"))
    limits(RLIMIT_AS);
  else if (!strcmp(group, "data"))
    limits(RLIMIT_DATA);
  else
    usable(), aligned(), sizes(), callers(), threads();
  return 6;
}
