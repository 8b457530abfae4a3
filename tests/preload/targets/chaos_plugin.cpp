// A library that allocates and throws; loaded and unloaded all the time.
#include <cstdlib>
#include <stdexcept>
#include <string>

extern "C" __attribute__((visibility("default"))) int chaos_plugin(int n);

static int deeper(int n) {
  std::string text(static_cast<size_t>(100 + n), 'x');
  if (n == 0)
    throw std::runtime_error(text);
  return deeper(n - 1) + 1;
}

int chaos_plugin(int n) {
  free(malloc(static_cast<size_t>(n) + 1));
  try {
    return deeper(n % 8);
  } catch (const std::runtime_error &e) {
    return static_cast<int>(e.what()[0]);
  }
}
