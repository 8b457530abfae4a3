// A program with operators of its own, which call malloc.
#include <cstdlib>
#include <new>

void *operator new(size_t size) {
  return malloc(size);
}
void operator delete(void *p) noexcept {
  free(p);
}
void operator delete(void *p, size_t) noexcept {
  free(p);
}

int main() {
  for (int i = 0; i < 20; i++)
    delete new long long;
}
