#include "shim/life/unload.h"

#include "shim/count/thread.h"
#include "shim/store/module.h"
#include "shim/store/space.h"
#include "shim/walk/unwind.h"

void unload_check(void) {
  if (!recording)
    return;
  uintptr_t was_busy = thread_tls.busy;
  thread_tls.busy = (uintptr_t)__builtin_frame_address(0);
  if (module_mark_unloaded())
    unwind_forget();
  thread_tls.busy = was_busy;
}
