#include "../cases/case.h"
struct holder {
  void *held;
};
static struct holder *kept;
void *take(size_t size);
void give_back(void *p);
void hold(void *p);
void *take(size_t size) {
  void *p = malloc(size);
  memset(p, 0, size);
  return p;
}
void give_back(void *p) {
  free(p);
}
/* In a block that only this library knows. */
void hold(void *p) {
  kept = take(200); /* no stale record of the program's fits there */
  kept->held = p;
  ESCAPE(&kept);
}
