#include "model/start_names.h"

#include "model/name_list.h"

static const char *const starts[] = {
    "_start",
    "__libc_start_main",
    "__libc_start_main_impl",
    "__libc_start_call_main",
    "generic_start_main",
    "start_thread",
    "clone",
    "clone3",
    "__clone",
    "__clone3",
    "thread_start",
    "__libc_csu_init",
    "call_init",
    "_dl_init",
    "_dl_start_user",
    "__cxa_finalize",
    "exit",
    "__run_exit_handlers",
    "execute_native_thread_routine",
    "g_thread_proxy",
};

static const char *const start_families[] = {
    "std::rt::",    "std::sys::backtrace::", "std::sys_common::backtrace::",  "std::panicking::",
    "std::panic::", "std::thread::",         "std::sys::pal::unix::thread::", "std::sys::thread::",
};

bool start_name_is(const char *name) {
  return name_is_in(name, starts, NAMES(starts)) ||
         name_begins_with(name, start_families, NAMES(start_families));
}
