/* Allocates before any constructor, when libc has not yet seen the environment; then moves and
 * frees those blocks. */
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static void *early_60(void) {
  return malloc(60);
}
__attribute__((noinline)) static void *late_90(void) {
  return malloc(90);
}
static char *early[3];

static void preinit(int argc, char **argv, char **envp) {
  (void)argc, (void)argv, (void)envp;
  for (int i = 0; i < 3; i++)
    early[i] = memset(early_60(), 'e', 60);
  free(early[0]);
}
__attribute__((section(".preinit_array"), used)) static void (*entry)(int, char **,
                                                                      char **) = preinit;

int main(void) {
  early[1] = realloc(early[1], 6000);
  late_90();
  int good = early[1][59] == 'e' && early[2][59] == 'e';
  free(early[1]);
  free(early[2]);
  return good ? 0 : 9;
}
