/* Two sites whose peaks lie apart, and a process peak between them:
 *   50 of a: 50 000 bytes; 30 freed: 20 000; 100 of b: 70 000, the peak; b freed; 40 of a: 60 000.
 */
#include <stdlib.h>

__attribute__((noinline)) void *a_1000(void) {
  return malloc(1000);
}
__attribute__((noinline)) void *b_500(void) {
  return malloc(500);
}

int main(void) {
  void *a[90], *b[100];
  for (int i = 0; i < 50; i++)
    a[i] = a_1000();
  for (int i = 0; i < 30; i++)
    free(a[i]);
  for (int i = 0; i < 100; i++)
    b[i] = b_500();
  for (int i = 0; i < 100; i++)
    free(b[i]);
  for (int i = 50; i < 90; i++)
    a[i] = a_1000();
  return a[89] == NULL;
}
