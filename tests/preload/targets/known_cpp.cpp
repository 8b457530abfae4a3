// C++ counterpart of known.c: known_cpp THREADS ROUNDS.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#define NOINLINE __attribute__((noinline))

struct alignas(256) wide {
  char data[512];
};

NOINLINE void *new_of_48() {
  return new char[48];
}
NOINLINE int *new_int() {
  return new int(7);
}
NOINLINE wide *new_aligned_of_512() {
  return new wide;
}
NOINLINE void *new_nothrow_of_70() {
  return operator new(70, std::nothrow);
}
NOINLINE std::vector<long> *vector_of_100_longs() {
  return new std::vector<long>(100);
} // 24 and 800 bytes
NOINLINE void throw_one() {
  throw std::runtime_error("a message that does not fit in a small string at all");
}

static int rounds;

static void work() {
  for (int i = 0; i < rounds; i++) {
    new_of_48();
    delete new_int();
    delete new_aligned_of_512();
    operator delete(new_nothrow_of_70());
    delete vector_of_100_longs();
    std::string text(1000, 'x');
    auto shared = std::make_shared<std::string>(text);
    try {
      throw_one();
    } catch (const std::exception &) {
    }
  }
}

static void expect(const char *name, long count, long kept, long size) {
  char line[128];
  int n = snprintf(line, sizeof(line), "%s %ld %ld %ld %ld\n", name, count, count * size, kept,
                   kept * size);
  if (write(1, line, (size_t)n) != n)
    _exit(9);
}

int main(int argc, char **argv) {
  int n_threads = argc > 1 ? atoi(argv[1]) : 1;
  rounds = argc > 2 ? atoi(argv[2]) : 30;
  {
    std::vector<std::thread> threads;
    for (int i = 1; i < n_threads; i++)
      threads.emplace_back(work);
    work();
    for (auto &thread : threads)
      thread.join();
  }
  long n = (long)n_threads * rounds;
  expect("new_of_48", n, n, 48);
  expect("new_int", n, 0, 4);
  expect("new_aligned_of_512", n, 0, 512);
  expect("new_nothrow_of_70", n, 0, 70);
  return 0;
}
