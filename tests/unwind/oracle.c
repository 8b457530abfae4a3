#include "oracle.h"

#include <dlfcn.h>
#include <libunwind.h>
#include <stddef.h>

static int (*get_context)(unw_tdep_context_t *);
static int (*init_local)(unw_cursor_t *, unw_context_t *);
static int (*set_caching_policy)(unw_addr_space_t, unw_caching_policy_t);
static int (*step)(unw_cursor_t *);
static int (*get_reg)(unw_cursor_t *, int, unw_word_t *);
static int (*is_signal_frame)(unw_cursor_t *);

bool oracle_load(void) {
  void *library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return false;
  get_context = (int (*)(unw_tdep_context_t *))dlsym(library, "_Ux86_64_getcontext");
  init_local = (int (*)(unw_cursor_t *, unw_context_t *))dlsym(library, "_ULx86_64_init_local");
  step = (int (*)(unw_cursor_t *))dlsym(library, "_ULx86_64_step");
  get_reg = (int (*)(unw_cursor_t *, int, unw_word_t *))dlsym(library, "_ULx86_64_get_reg");
  is_signal_frame = (int (*)(unw_cursor_t *))dlsym(library, "_ULx86_64_is_signal_frame");
  set_caching_policy = (int (*)(unw_addr_space_t, unw_caching_policy_t))dlsym(
      library, "_ULx86_64_set_caching_policy");
  unw_addr_space_t *address_space = dlsym(library, "_ULx86_64_local_addr_space");
  if (!set_caching_policy || !address_space)
    return false;
  /* Its cache takes a return address and an interrupted pc that are the same number for the same
   * row. */
  set_caching_policy(*address_space, UNW_CACHE_NONE);
  return get_context && init_local && step && get_reg && is_signal_frame;
}

enum oracle_end oracle_walk(uintptr_t sp, struct oracle_frame *frames, unsigned max, unsigned *n) {
  unw_context_t context;
  unw_cursor_t cursor;
  *n = 0;
  if (get_context(&context) != 0 || init_local(&cursor, &context) != 0)
    return ORACLE_FAILED;
  bool reached = false;
  for (;;) {
    unw_word_t ip = 0, at = 0;
    if (get_reg(&cursor, UNW_REG_IP, &ip) != 0 || get_reg(&cursor, UNW_REG_SP, &at) != 0)
      return ORACLE_FAILED;
    reached = reached || at == sp;
    if (reached && ip) {
      if (*n == max)
        return ORACLE_FULL;
      frames[(*n)++] = (struct oracle_frame){ip, at, is_signal_frame(&cursor) > 0};
    }
    int moved = step(&cursor);
    if (moved <= 0 || !ip)
      return moved < 0 ? ORACLE_FAILED : ORACLE_FINISHED;
  }
}
