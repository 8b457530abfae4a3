#include "../cases/case.h"
static void *global;
static __thread void *local[100];
void keep(size_t size, int tls);
void keep(size_t size, int tls) {
  *(tls ? &local[50] : &global) = get(size);
  ESCAPE(&global);
  ESCAPE(local);
}
