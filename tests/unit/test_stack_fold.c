/* Which frames of a stack are folded. */
#include "test.h"

#include "model/stack_fold.h"

#include <string.h>

enum { MOST = 16 };

/* `expected` has a letter a frame, leaf first: s a frame of the start, l of a library, . itself. */
static void assert_marks(const char *const *names, const char *expected) {
  unsigned char marks[MOST];
  char text[MOST + 1] = "";
  uint32_t n = 0;
  while (names[n])
    n++;
  stack_fold_mark(names, n, marks);
  for (uint32_t i = 0; i < n; i++)
    text[i] = ".ls"[marks[i]];
  assert_string_equal(text, expected);
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void the_start_of_a_program_is_folded(void **state) {
  (void)state;
  assert_marks(NAMES("f", "main", "__libc_start_call_main", "__libc_start_main", "_start"),
               "..sss");
  assert_marks(NAMES("f", "a.out+0x10", "__libc_start_main", "_start"), "..ss");
  assert_marks(NAMES("f", "on_exit_of_mine", "__run_exit_handlers", "exit", "main",
                     "__libc_start_main", "_start"),
               ".....ss");
}

static void the_start_of_a_thread_is_folded(void **state) {
  (void)state;
  assert_marks(NAMES("f", "start_thread", "clone3"), ".ss");
  assert_marks(NAMES("main::{lambda}::operator()", "std::__invoke<x>",
                     "std::thread::_State_impl<x>::_M_run", "libstdc++.so.6+0xd4490",
                     "start_thread", "clone3"),
               ".sssss");
}

static void rusts_start_is_folded(void **state) {
  (void)state;
  assert_marks(NAMES("m::main", "core::ops::function::FnOnce::call_once",
                     "std::sys::backtrace::__rust_begin_short_backtrace",
                     "<&dyn core::ops::function::Fn<()> as core::ops::function::FnOnce<()>>::call",
                     "std::rt::lang_start::{{closure}}", "std::rt::lang_start_internal", "main",
                     "__libc_start_call_main"),
               ".sssssss");
}

static void the_program_s_own_frames_stay(void **state) {
  (void)state;
  assert_marks(NAMES("f", "main"), "..");
  assert_marks(NAMES("a.out+0x10", "a.out+0x20"), "..");
  /* A main that nothing of Rust's start was called by is the program's. */
  assert_marks(NAMES("m::main", "main", "_start"), "..s");
  /* Nothing but a start: the leaf stays. */
  assert_marks(NAMES("start_thread", "clone3"), ".s");
  assert_marks(NAMES("std::vector<int>::push_back", "std::thread::run", "clone3"), ".ss");
}

static void long_runs_of_a_library_are_folded_except_their_call(void **state) {
  (void)state;
  assert_marks(NAMES("alloc::alloc::alloc", "<alloc::alloc::Global>::alloc_impl",
                     "alloc::raw_vec::RawVec<T>::grow_one", "alloc::vec::Vec<T>::push", "m::main"),
               "lll..");
  assert_marks(NAMES("operator new", "std::a", "std::b", "f", "std::c", "g"), "......");
}

static void runs_of_one_are_written(void **state) {
  (void)state;
  assert_int_equal(stack_fold_run((const unsigned char[]){FOLD_NONE, FOLD_START}, 2, 0), 0);
  assert_int_equal(stack_fold_run((const unsigned char[]){FOLD_NONE, FOLD_START}, 2, 1), 0);
  assert_int_equal(stack_fold_run((const unsigned char[]){FOLD_LIBRARY, FOLD_LIBRARY}, 2, 0), 2);
  assert_int_equal(
      stack_fold_run((const unsigned char[]){FOLD_LIBRARY, FOLD_LIBRARY, FOLD_START}, 3, 0), 2);
}

RUN(TEST(the_start_of_a_program_is_folded), TEST(the_start_of_a_thread_is_folded),
    TEST(rusts_start_is_folded), TEST(the_program_s_own_frames_stay),
    TEST(long_runs_of_a_library_are_folded_except_their_call), TEST(runs_of_one_are_written))
