/* main ends by pthread_exit with a block that nobody else knows; another thread ends the program.
 */
/* truth: definite 1*112, kept 1*100000 */
#include "program.h"

void *kept;

static NOINLINE void lose(void) {
  void *p = take(112);
  KEEP(p);
}

static void *work(void *main_thread) {
  pthread_join(*(pthread_t *)main_thread, NULL);
  kept = take(100000);
  exit(0);
}

static pthread_t main_thread;

int main(void) {
  pthread_t thread;
  main_thread = pthread_self();
  lose();
  if (pthread_create(&thread, NULL, work, &main_thread))
    abort();
  pthread_exit(NULL);
}
