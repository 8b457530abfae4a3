/* A key's destructor frees one block when its thread ends, and loses another. */
/* truth: definite 1*112 */
#include "program.h"

static pthread_key_t key;

static void destroy(void *p) {
  void *note = take(112);
  KEEP(note);
  give(p);
}

static void *work(void *argument) {
  pthread_setspecific(key, take(208));
  return argument;
}

int main(void) {
  pthread_key_create(&key, destroy);
  run_thread(work, NULL);
  return 0;
}
