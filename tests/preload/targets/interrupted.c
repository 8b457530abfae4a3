/* interrupted: allocates 100 blocks of 123 bytes, says "ready", counts the SIGINTs of the next half
 * second, and ends. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static void on_interrupt(int signal) {
  count += signal == SIGINT;
}
__attribute__((noinline)) static void *block_123(void) {
  return malloc(123);
}

int main(void) {
  signal(SIGINT, on_interrupt);
  for (int i = 0; i < 100; i++)
    block_123();
  puts("ready");
  fflush(stdout);
  struct timespec t = {10, 0};
  while (!count && nanosleep(&t, &t))
    ;
  t = (struct timespec){0, 300000000};
  while (nanosleep(&t, &t))
    ;
  printf("interrupts %d\n", (int)count);
  return 0;
}
