/* Calls everything in memprof.h, in ways that its test knows. */
#include <memprof.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static void *kept[4096];
static int n_kept;

NOINLINE static void *block_of(size_t size) {
  return kept[__atomic_fetch_add(&n_kept, 1, __ATOMIC_RELAXED)] = malloc(size);
}

NOINLINE static void tags(void) {
  memprof_tag_pop(); /* one too many */
  block_of(1001);
  memprof_tag_push("a", "outer");
  block_of(1002);
  memprof_tag_push("b", "in\033ner");
  block_of(1003);
  memprof_tag_push("a", "hides outer");
  block_of(1004);
  memprof_tag_pop();
  memprof_tag_pop();
  block_of(1005);
  memprof_tag_pop();
  memprof_tag_push(NULL, "no key");
  block_of(1006);
  memprof_tag_pop();
  memprof_tag_push("bytes", "1");
  block_of(1007);
  memprof_tag_pop();
  memprof_tag_push(
      "a key that is far too long",
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3"
      "\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3"
      "\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4");
  block_of(1008);
  memprof_tag_pop();
  for (int i = 0; i < 20; i++) {
    char value[16];
    snprintf(value, sizeof(value), "%d", i);
    memprof_tag_push("deep", value);
  }
  block_of(1009);
  for (int i = 0; i < 20; i++)
    memprof_tag_pop();
  block_of(1010);
}

static void *in_thread(void *unused) {
  memprof_tag_push("thread", "a tag of this name is not ours to set");
  memprof_tag_push("who", "helper");
  block_of(1020);
  return unused;
}

static void *untagged(void *unused) {
  block_of(1022);
  return unused;
}

NOINLINE static void threads(void) {
  pthread_t thread;
  memprof_tag_push("who", "main");
  pthread_create(&thread, NULL, in_thread, NULL);
  pthread_join(thread, NULL);
  block_of(1021);
  memprof_tag_pop();
  /* Takes over the slot of the one that ended within its tags. */
  pthread_create(&thread, NULL, untagged, NULL);
  pthread_join(thread, NULL);
}

NOINLINE static void pools(char *slab) {
  memprof_tag_push("a", "around");
  for (int i = 0; i < 10; i++)
    memprof_report_alloc("slab", slab + i * 3000, 3000);
  memprof_report_alloc("other", (void *)0x7000000000, 1 << 20);
  for (int i = 0; i < 5; i++)
    memprof_report_alloc("tiny", slab + 50000 + i * 24, 24);
  memprof_tag_pop();
  for (int i = 0; i < 4; i++)
    memprof_report_free(slab + i * 3000);
  memprof_report_free(slab + 50000 + 24);
  memprof_report_alloc(NULL, NULL, 5);
  memprof_report_free(NULL);
}

NOINLINE static void paused(void) {
  void *before = malloc(5000);
  memprof_resume(); /* one too many */
  memprof_pause();
  memprof_pause();
  block_of(5001);
  free(before);
  memprof_resume();
  block_of(5002);
  memprof_resume();
  block_of(5003);
}

NOINLINE static void many(void) {
  char value[32];
  for (int i = 0; i < 20000; i++) {
    snprintf(value, sizeof(value), "number %d", i);
    memprof_tag_push("number", value);
    memprof_tag_pop();
  }
  memprof_tag_push("number", "and one more");
  block_of(1030);
  memprof_tag_pop();
}

static void child(void) {
  memprof_tag_push("in", "child");
  block_of(200000);
  printf("child: %d\n", memprof_snapshot("child.pb.gz"));
  fflush(stdout);
  _exit(0);
}

int main(int argc, char **argv) {
  struct memprof_stats before, after;
  char *slab = malloc(100000);
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("active: %d\n", memprof_is_active());
  tags();
  threads();
  int known = memprof_get_stats(&before);
  pools(slab);
  memprof_get_stats(&after);
  printf("stats: %d, %lld calls, %lld frees, %lld bytes, %lld more live\n", known,
         (long long)(after.allocs - before.allocs), (long long)(after.frees - before.frees),
         (long long)(after.allocated_bytes - before.allocated_bytes),
         (long long)(after.live_bytes - before.live_bytes));
  paused();
  printf("snapshot: %d %d\n", memprof_snapshot("%n-of-%p.pb.gz"),
         memprof_snapshot("no/such/folder"));
  pid_t pid = argc > 1 && !strcmp(argv[1], "fork") ? fork() : -1;
  if (pid == 0)
    child();
  if (pid > 0)
    waitpid(pid, NULL, 0);
  if (argc > 1 && !strcmp(argv[1], "many"))
    many();
  return 0;
}
