/* LeakSanitizer's interface (sanitizer/lsan_interface.h), for programs that were written for it:
 * what they declare is kept for the leak check, which runs outside. */
#include "common/layout.h"
#include "shim/leak_lists.h"
#include "shim/session.h"
#include "shim/thread.h"

#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

static __thread unsigned disabled __attribute__((tls_model("initial-exec")));

EXPORT void __lsan_ignore_object(const void *p);
EXPORT void __lsan_disable(void);
EXPORT void __lsan_enable(void);
EXPORT void __lsan_register_root_region(const void *p, size_t size);
EXPORT void __lsan_unregister_root_region(const void *p, size_t size);

void __lsan_ignore_object(const void *p) {
  leak_list_add(&leak_lists.ignored, &leak_lists.n_ignored, (uintptr_t)p, 0);
}

void __lsan_register_root_region(const void *p, size_t size) {
  leak_list_add(&leak_lists.roots, &leak_lists.n_roots, (uintptr_t)p, size);
}

void __lsan_unregister_root_region(const void *p, size_t size) {
  (void)size;
  leak_list_remove(leak_lists.roots, leak_lists.n_roots, (uintptr_t)p);
}

/* Each object is recorded with its thread's number: a bit in that number marks what is allocated
 * while checks are off, at no cost to the allocating path. */
void __lsan_disable(void) {
  if (disabled++ == 0 && session_ready())
    thread_tls.self->number |= OBJECT_IGNORED;
}

void __lsan_enable(void) {
  if (disabled && --disabled == 0 && session_ready())
    thread_tls.self->number &= ~OBJECT_IGNORED;
}
