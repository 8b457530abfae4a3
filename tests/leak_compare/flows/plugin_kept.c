/* A plugin's global, thread-local variable and function hold, hold and lose a block. */
/* plugin: yes */
/* truth: definite 1*112, kept 2*100000 */
#include "program.h"

#ifdef PLUGIN
void *held;
__thread void *own;

EXPORT void work(void) {
  held = take(112);
  held = take(100000);
  own = take(100000);
  KEEP(own);
}
#else
int main(void) {
  void *plugin = dlopen(PLUGIN_PATH, RTLD_NOW);
  void (*work)(void) = plugin ? (void (*)(void))dlsym(plugin, "work") : abort;
  work();
  return 0;
}
#endif
