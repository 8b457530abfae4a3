/* Which allocators' functions are there: by weak references and by dlsym. */
#include <dlfcn.h>
#include <stdio.h>

#define DECLARE(name) extern void *name(void) __attribute__((weak))
DECLARE(mallocx);
DECLARE(dallocx);
DECLARE(mallctl);
DECLARE(tc_malloc);
DECLARE(tc_delete);
DECLARE(mi_malloc);
DECLARE(mi_heap_malloc);
DECLARE(mi_free);
DECLARE(_Znwm);
DECLARE(_ZdaPvm);
DECLARE(_ZdlPvSt11align_val_t);

static void say(const char *name, const void *linked) {
  void *found = dlsym(RTLD_DEFAULT, name);
  printf("%s: %s, %s\n", name, linked ? "linked" : "absent", found ? "found" : "not found");
}

int main(void) {
#define SAY(name) say(#name, name)
  SAY(mallocx);
  SAY(dallocx);
  SAY(mallctl);
  SAY(tc_malloc);
  SAY(tc_delete);
  SAY(mi_malloc);
  SAY(mi_heap_malloc);
  SAY(mi_free);
  SAY(_Znwm);
  SAY(_ZdaPvm);
  SAY(_ZdlPvSt11align_val_t);
  return 0;
}
