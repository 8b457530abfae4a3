/* LeakSanitizer's interface (sanitizer/lsan_interface.h), for programs that were written for it:
 * the shim keeps their declarations for the leak check, which runs outside. */
#include "common/layout.h"
#include "shim/count/thread.h"
#include "shim/hooks/arch.h"
#include "shim/life/leak_lists.h"
#include "shim/life/session.h"
#include "shim/life/tracer_ask.h"
#include "shim/store/space.h"
#include "shim/sys/sys.h"
#include "shim/walk/program_frame.h"

#include <unistd.h>

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
    thread_ignore(true);
}

void __lsan_enable(void) {
  if (disabled && --disabled == 0 && session_ready())
    thread_ignore(false);
}

enum { LEAKS_FOUND = 2, EXIT_WITH_LEAKS = 23 };

/* The program defines these for the sanitizer to call. They are found where they are exported
 * (-rdynamic, or a library's). The references are weak, because a dlsym in vain would allocate, and
 * change dlerror's answer. */
__attribute__((weak, visibility("default"))) const char *__lsan_default_suppressions(void);
__attribute__((weak, visibility("default"))) int __lsan_is_turned_off(void);

static void ask_suppressions(void) {
  if (__lsan_default_suppressions)
    leak_lists.suppressions = (uintptr_t)__lsan_default_suppressions();
}

/* A check now, as seen from the caller at `frame`: what our own frames and earlier calls left
 * deeper on the stack keeps nothing reachable. */
static int check(const void *frame, uint64_t *registers) {
  if (!session_ready() || !recording)
    return 0;
  ask_suppressions();
  struct recording_exit before = recording->exit;
  struct cfi_frame caller = caller_frame(frame);
  registers[ARCH_SAVED - 1] = caller.bp;
  recording->exit = (struct recording_exit){
      .sp = caller.sp, .n_saved = ARCH_SAVED, .tid = (uint32_t)sys(SYS_gettid), .asked = 1};
  __builtin_memcpy(recording->exit.saved, registers, ARCH_SAVED * sizeof(*registers));
  long answer = tracer_ask(REQUEST_CHECK, 0);
  recording->exit = before;
  return answer == LEAKS_FOUND;
}

/* 1 if there are leaks; 0, too, where no memprof outside can check. */
EXPORT int __lsan_do_recoverable_leak_check(void);
int __lsan_do_recoverable_leak_check(void) {
  uint64_t registers[ARCH_SAVED];
  ARCH_CALLERS_REGISTERS(registers);
  return check(__builtin_frame_address(0), registers);
}

/* A check now and none at the end; leaks end the program. Only the first call does anything. */
EXPORT void __lsan_do_leak_check(void);
void __lsan_do_leak_check(void) {
  static int called;
  uint64_t registers[ARCH_SAVED];
  ARCH_CALLERS_REGISTERS(registers);
  if (__atomic_exchange_n(&called, 1, __ATOMIC_RELAXED))
    return;
  int found = check(__builtin_frame_address(0), registers);
  leak_lists.checks_done = 1;
  if (found)
    _exit(EXIT_WITH_LEAKS);
}

__attribute__((destructor)) static void ask_program(void) {
  if (__lsan_is_turned_off && __lsan_is_turned_off())
    leak_lists.checks_done = 1;
  ask_suppressions();
}
