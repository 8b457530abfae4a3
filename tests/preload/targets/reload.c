/* reload LIBRARY FUNCTION...: loads each library, calls its function 10 times, unloads it, except
 * after FUNCTION+. Says where each function was. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    char *stays = strchr(argv[i + 1], '+');
    if (stays)
      *stays = '\0';
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
    if (!stays)
      dlclose(library);
  }
  return 0;
}
