/* reload LIBRARY FUNCTION LIBRARY FUNCTION: loads each library, calls its function, unloads it.
 * Says where each function was: the second should lie where the first did. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    void *library = dlopen(argv[i], RTLD_NOW);
    void *(*function)(void) = library ? (void *(*)(void))dlsym(library, argv[i + 1]) : NULL;
    if (!function)
      return 9;
    char line[64];
    int n = snprintf(line, sizeof(line), "%p\n", (void *)function);
    if (write(1, line, (size_t)n) != n)
      return 8;
    for (int k = 0; k < 10; k++)
      function();
    dlclose(library);
  }
  return 0;
}
