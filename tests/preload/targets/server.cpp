// Threads that serve requests with what C++ programs use. All sizes are size classes of jemalloc,
// tcmalloc and mimalloc, so that what was asked for is what the allocator counts. Prints how many
// bytes serve() has left live: by the allocator's own statistics if it has any, else by its own sum.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <new>
#include <pthread.h>
#include <unistd.h>
#include <vector>

struct Item {
  char data[64];
};
struct alignas(64) Line {
  char data[256];
};
struct Request {
  std::vector<char> body;
  std::unique_ptr<Item> item;
  Line *line;
  uint64_t *numbers;
  char pad[64 - 24 - 3 * 8];
};
static_assert(sizeof(Request) == 64, "a size class");

enum { THREADS = 4, REQUESTS = 500 };
static pthread_barrier_t ready, go, done;
static std::atomic<uint64_t> asked;
static Request *kept[THREADS][REQUESTS];

__attribute__((noinline)) static void serve(int thread, int i) {
  auto *request = new Request;
  request->body.reserve(1 << (4 + i % 9));
  request->item = std::make_unique<Item>();
  request->line = new Line;
  request->numbers = new (std::nothrow) uint64_t[32];
  auto *array = new Line[2];
  auto *raw = static_cast<char *>(malloc(512));
  ::operator delete(::operator new(128), size_t(128));
  free(raw);
  delete[] array;
  if (i % 5) {
    delete request->line;
    delete[] request->numbers;
    delete request;
    return;
  }
  asked += 64 + (1 << (4 + i % 9)) + 64 + 256 + 256;
  kept[thread][i] = request;
}

typedef int (*Control)(const char *, void *, size_t *, void *, size_t);
typedef int (*Property)(const char *, size_t *);
typedef bool (*Visit)(const void *heap, bool all,
                      bool (*)(const void *, const void *, void *, size_t, void *), void *);

static Control control;
static Property property;
static Visit visit;
static void *(*default_heap)();

template <typename Function> static void look_up(Function &function, const char *name) {
  function = (Function)dlsym(RTLD_DEFAULT, name);
}

// Bytes of this thread's: exact for jemalloc, which counts by thread, and for mimalloc, which has
// heaps by thread.
static int64_t thread_bytes() {
  uint64_t given = 0, taken = 0;
  size_t size = sizeof(given);
  if (control) {
    control("thread.allocated", &given, &size, nullptr, 0);
    control("thread.deallocated", &taken, &size, nullptr, 0);
  } else if (visit) {
    visit(
        default_heap(), true,
        [](const void *, const void *, void *block, size_t size, void *sum) {
          *(uint64_t *)sum += block ? size : 0;
          return true;
        },
        &given);
  }
  return int64_t(given - taken);
}

static std::atomic<int64_t> by_threads;

static void *work(void *argument) {
  auto thread = int(intptr_t(argument));
  pthread_barrier_wait(&ready);
  pthread_barrier_wait(&go);
  int64_t before = thread_bytes();
  for (int i = 0; i < REQUESTS; i++)
    serve(thread, i);
  by_threads += thread_bytes() - before;
  pthread_barrier_wait(&done);
  pause(); // a thread that ends would move what it has cached while it is counted
  return nullptr;
}

static size_t process_bytes() {
  size_t bytes = 0;
  if (property)
    property("generic.current_allocated_bytes", &bytes);
  return bytes;
}

int main() {
  look_up(control, "mallctl");
  look_up(property, "MallocExtension_GetNumericProperty");
  look_up(visit, "mi_heap_visit_blocks");
  look_up(default_heap, "mi_heap_get_default");
  pthread_t threads[THREADS];
  for (auto *barrier : {&ready, &go, &done})
    pthread_barrier_init(barrier, nullptr, THREADS + 1);
  for (intptr_t i = 0; i < THREADS; i++)
    pthread_create(&threads[i], nullptr, work, (void *)i);
  pthread_barrier_wait(&ready);
  size_t before = process_bytes();
  pthread_barrier_wait(&go);
  pthread_barrier_wait(&done);
  uint64_t live = property           ? process_bytes() - before
                  : control || visit ? uint64_t(by_threads.load())
                                     : asked.load();
  printf("%ju bytes are live\n", uintmax_t(live));
  fflush(stdout);
  _Exit(live != asked);
}
