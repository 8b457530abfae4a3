/* A plugin is closed while its globals hold blocks. */
/* plugin: yes */
/* truth: definite 1*112, indirect 4*112 */
#include "program.h"

#ifdef PLUGIN
struct node *held;

EXPORT void work(void) {
  held = take_list(5, 112);
}
#else
int main(void) {
  void *plugin = dlopen(PLUGIN_PATH, RTLD_NOW);
  void (*work)(void) = plugin ? (void (*)(void))dlsym(plugin, "work") : abort;
  work();
  return dlclose(plugin);
}
#endif
