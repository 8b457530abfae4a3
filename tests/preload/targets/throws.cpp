// Every operator new refuses 2^62 bytes as its standard says, and calls the handler first.
#include <cstdio>
#include <cstdlib>
#include <new>

static int handled;
static void handler() {
  handled++;
  std::set_new_handler(nullptr);
}

template <typename Call> static void attempt(const char *name, Call call) {
  volatile size_t size = size_t(1) << 62;
  std::set_new_handler(handler);
  handled = 0;
  try {
    printf("%s: %s", name, call(size) ? "a block" : "null");
  } catch (const std::bad_alloc &e) {
    printf("%s: thrown", name);
  }
  printf(", handler called %d\n", handled);
}

int main(int argc, char **) {
  auto to = std::align_val_t(64);
  if (argc < 2) {
    attempt("new", [](size_t n) { return ::operator new(n); });
    attempt("new[]", [](size_t n) { return ::operator new[](n); });
    attempt("new aligned", [=](size_t n) { return ::operator new(n, to); });
    attempt("new[] aligned", [=](size_t n) { return ::operator new[](n, to); });
  }
  attempt("new nothrow", [](size_t n) { return ::operator new(n, std::nothrow); });
  attempt("new[] nothrow", [](size_t n) { return ::operator new[](n, std::nothrow); });
  attempt("new aligned nothrow", [=](size_t n) { return ::operator new(n, to, std::nothrow); });
  attempt("new[] aligned nothrow", [=](size_t n) { return ::operator new[](n, to, std::nothrow); });
  ::operator delete(nullptr);
  ::operator delete[](nullptr, to);
  return 0;
}
