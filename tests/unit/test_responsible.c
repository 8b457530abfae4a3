#include "test.h"

#include "model/allocator_names.h"
#include "model/fold.h"
#include "model/libc_file.h"
#include "model/responsible.h"
#include "model/start_names.h"

#include <stdio.h>

/* The name of the responsible frame of the sample. */
static const char *responsible_of(const struct profile *profile, size_t sample) {
  _cleanup_responsible_ struct responsible *r = NULL;
  assert_ok(responsible_create(profile, &r));
  uint32_t skipped = responsible_skipped(r, &profile->samples[sample]);
  static char text[4096];
  snprintf(text, sizeof(text), "%s", stack_text(profile, sample));
  char *name = text;
  for (uint32_t i = 0; i < skipped; i++) {
    name = strchr(name, ';');
    assert_non_null(name);
    name++;
  }
  name[strcspn(name, ";")] = '\0';
  return name;
}

static void assert_responsible(const char *samples, const char *expected) {
  char text[8192];
  snprintf(text, sizeof(text), "types alloc_objects/count alloc_space/bytes\n%s", samples);
  _cleanup_profile_ struct profile *profile = build_profile(text);
  assert_string_equal(responsible_of(profile, 0), expected);
}

static void the_leaf_is_where_nothing_is_known(void **state) {
  (void)state;
  assert_responsible("sample 1 100 | parse_header;serve;main\n", "parse_header");
}

static void known_names_pass_on_however_often_they_are_called(void **state) {
  (void)state;
  assert_responsible("sample 1 100 | zmalloc;sdsnewlen;serve;main\n", "sdsnewlen");
  assert_responsible("sample 1 100 | xrealloc;strbuf_grow;read_line;main\n", "read_line");
  assert_responsible("sample 1 100 | g_malloc0;g_slice_alloc;make_widget;main\n", "make_widget");
  assert_responsible("sample 1 100 | _PyMem_RawMalloc;_PyObject_Malloc;PyUnicode_New;main\n",
                     "PyUnicode_New");
}

/* "<" between frames says that the left one is inlined into the right one. */
static void containers_of_cpp_and_rust_pass_on(void **state) {
  (void)state;
  assert_true(allocator_name_is_known("<alloc::alloc::Global>::alloc_impl_runtime"));
  assert_true(
      allocator_name_is_known("<u8 as alloc::vec::spec_from_elem::SpecFromElem>::from_elem"));
  assert_true(allocator_name_is_known("<usize as core::fmt::Display>::fmt"));
  assert_true(allocator_name_is_known("<str as alloc::string::ToString>::to_string"));
  assert_true(allocator_name_is_known(
      "<app::Name as <[_]>::to_vec_in::ConvertVec>::to_vec::<alloc::alloc::Global>"));
  assert_true(allocator_name_is_known("<[app::Name]>::to_vec_in::<alloc::alloc::Global>"));
  assert_true(allocator_name_is_known("<str>::replace"));
  assert_true(
      allocator_name_is_known("<&mut alloc::string::String as "
                              "core::fmt::Write::write_fmt::SpecWriteFmt>::spec_write_fmt"));
  assert_false(allocator_name_is_known("<&mut app::Log as core::fmt::Write>::write_str"));
  assert_false(allocator_name_is_known("<app::Name as core::fmt::Display>::fmt"));
  assert_false(allocator_name_is_known("<u8app as core::fmt::Display>::fmt"));
  assert_false(allocator_name_is_known("<u8 as app::Pack>::pack"));
  assert_true(allocator_name_is_known("std::vector<int, std::allocator<int> >::_M_realloc_insert"));
  assert_false(allocator_name_is_known("<app::Tree as core::clone::Clone>::clone"));
  assert_responsible("sample 1 100 | std::__new_allocator::allocate<"
                     "std::vector::_M_realloc_insert<fill@f.cpp:3;main\n",
                     "fill");
  assert_responsible("sample 1 100 | alloc::alloc::Global::alloc_impl;"
                     "alloc::raw_vec::RawVecInner::finish_grow;app::load;main\n",
                     "app::load");
  assert_responsible(
      "sample 1 100 | hashbrown::raw::RawTableInner::new_uninitialized;app::index;main\n",
      "app::index");
}

/* Functions of the C library pass on, whatever they are called; a function of the program that has
 * such a name does not. */
static void the_c_library_passes_on(void **state) {
  (void)state;
  const char *const maps = "mapping 0x1000 0x9000 0 /bin/app A\n"
                           "mapping 0x10000 0x90000 0 /usr/lib/x86_64-linux-gnu/libc.so.6 B\n";
  char text[512];
  snprintf(text, sizeof(text), "%s%s", maps,
           "sample 1 100 | expand%1+0x10010;scan%1+0x10020;list%0+0x1010;main%0+0x1020\n");
  assert_responsible(text, "list");
  snprintf(text, sizeof(text), "%s%s", maps,
           "sample 1 100 | expand%0+0x1010;sort%1+0x10020;main%0+0x1020\n"
           "sample 1 100 | expand%1+0x10010;list%0+0x1030;main%0+0x1020\n");
  assert_responsible(text, "expand");
}

static void files_of_the_c_library(void **state) {
  (void)state;
  assert_true(file_is_libc("/lib/x86_64-linux-gnu/libc.so.6"));
  assert_true(file_is_libc("/lib64/ld-linux-x86-64.so.2"));
  assert_true(file_is_libc("/lib/ld-musl-x86_64.so.1"));
  assert_true(file_is_libc("/lib/x86_64-linux-gnu/libpthread-2.31.so"));
  assert_false(file_is_libc("/usr/lib/libcurl.so.4"));
  assert_false(file_is_libc("/usr/lib/libc++.so.1"));
  assert_false(file_is_libc("/libc.so.6/app"));
  assert_false(file_is_libc(""));
}

/* A name that says so is believed of a function that serves two callers, not of one's own. */
static void likely_names_need_two_callers(void **state) {
  (void)state;
  assert_responsible("sample 1 100 | alloc_node;insert;main\n", "alloc_node");
  assert_responsible("sample 1 100 | alloc_node;insert;main\n"
                     "sample 1 10 | alloc_node;update;main\n",
                     "insert");
}

/* Their template arguments say nothing about what they do. */
static void likely_names_are_likely_outside_of_brackets(void **state) {
  (void)state;
  assert_true(allocator_name_is_likely("alloc_node"));
  assert_true(allocator_name_is_likely("Arena<int>::allocate"));
  assert_true(allocator_name_is_likely("operator<alloc"));
  assert_false(allocator_name_is_likely("Cache<long, std::allocator<long> >::put"));
  assert_false(allocator_name_is_likely("Cache<f(int)->alloc>::put"));
}

/* alloc_node does more than to pass on: a tenth of its bytes are those of a function it calls. */
static void what_works_itself_does_not_pass_on(void **state) {
  (void)state;
  assert_responsible("sample 1 90 | alloc_node;insert;main\n"
                     "sample 1 10 | fill_in;alloc_node;update;main\n",
                     "alloc_node");
}

static void wrappers_of_wrappers_are_found(void **state) {
  (void)state;
  assert_responsible("sample 1 50 | arena_alloc;arena_strdup;parse;main\n"
                     "sample 1 50 | arena_alloc;arena_strdup;lex;main\n"
                     "sample 1 50 | arena_alloc;build;main\n",
                     "parse");
}

static void a_name_that_says_nothing_needs_many_callers_and_many_bytes(void **state) {
  (void)state;
  char samples[4096] = "";
  for (int callers = 1; callers <= 10; callers++) {
    sprintf(samples + strlen(samples), "sample 1 10 | getmem;user%d;main\n", callers);
    assert_responsible(samples, callers < 10 ? "getmem" : "user1");
  }
  strcat(samples, "sample 1 1000 | big;main\n"); /* now it is not a quarter of all */
  assert_responsible(samples, "getmem");
}

static void code_without_a_name_is_named_by_its_caller(void **state) {
  (void)state;
  const char *mapping = "mapping 0x1000 0x9000 0 /usr/lib/libfoo.so\n";
  char text[1024];
  snprintf(text, sizeof(text), "%ssample 1 100 | -%%0+0x1010;foo_open;main\n", mapping);
  assert_responsible(text, "foo_open");
  assert_responsible("sample 1 100 | libfoo.so+0x1f10;libfoo.so+0x2000;foo_open;main\n",
                     "foo_open");
  /* Nobody above has a name but libc's start: the code itself is all there is. */
  assert_responsible("sample 1 100 | prog+0x1f10;prog+0x2000;__libc_start_call_main;_start\n",
                     "prog+0x1f10");
  assert_responsible("sample 1 100 | zmalloc;prog+0x2000;__libc_start_call_main;_start\n",
                     "prog+0x2000");
}

static void a_stack_of_nothing_else_keeps_its_leaf(void **state) {
  (void)state;
  assert_responsible("sample 1 100 | malloc;xmalloc\n", "malloc");
  assert_responsible(
      "sample 1 100 | std::string::_M_create;std::thread::_State::_M_run;start_thread\n",
      "std::thread::_State::_M_run");
  assert_responsible("sample 1 100 | \n", "");
}

static void runtimes_start_nobody(void **state) {
  (void)state;
  assert_true(start_name_is("std::rt::lang_start"));
  assert_responsible(
      "sample 1 100 | "
      "alloc::vec::Vec::push;std::sys::args::imp;app::main;std::rt::lang_start;main\n",
      "app::main");
}

/* Functions of one name are one, wherever they are. */
static void one_name_in_two_files_is_one_function(void **state) {
  (void)state;
  assert_responsible("sample 1 50 | my_alloc@a.c:3;first;main\n"
                     "sample 1 50 | my_alloc@b.c:9;second;main\n",
                     "first");
}

static void assert_leaves(const struct profile *profile, const char *first, const char *second) {
  assert_string_equal(stack_text(profile, 0), first);
  assert_string_equal(stack_text(profile, 1), second);
}

/* One of two profiles that are compared shows that a function serves others, the other has one
 * caller of it alone: both are folded alike, or the second caller would seem to be gone. */
static void two_profiles_are_folded_alike(void **state) {
  const char *one = "types alloc_objects/count alloc_space/bytes\n"
                    "sample 1 100 | my_alloc;first;main\nsample 1 10 | work;main\n",
             *two = "types alloc_objects/count alloc_space/bytes\n"
                    "sample 1 50 | my_alloc;first;main\nsample 1 60 | my_alloc;second;main\n";
  (void)state;
  _cleanup_profile_ struct profile *a = build_profile(one), *b = build_profile(two),
                                   *alone = build_profile(one), *c = build_profile(two),
                                   *d = build_profile(one);
  assert_ok(profile_fold(alone, NULL));
  assert_leaves(alone, "my_alloc;first;main", "work;main");
  assert_ok(profile_fold_alike(a, b));
  assert_leaves(a, "first;main", "work;main");
  assert_leaves(b, "first;main", "second;main");
  assert_ok(profile_fold_alike(c, d));
  assert_leaves(d, "first;main", "work;main");
}

RUN(TEST(two_profiles_are_folded_alike), TEST(the_leaf_is_where_nothing_is_known),
    TEST(known_names_pass_on_however_often_they_are_called),
    TEST(containers_of_cpp_and_rust_pass_on), TEST(likely_names_need_two_callers),
    TEST(the_c_library_passes_on), TEST(files_of_the_c_library),
    TEST(likely_names_are_likely_outside_of_brackets), TEST(what_works_itself_does_not_pass_on),
    TEST(wrappers_of_wrappers_are_found),
    TEST(a_name_that_says_nothing_needs_many_callers_and_many_bytes),
    TEST(code_without_a_name_is_named_by_its_caller), TEST(a_stack_of_nothing_else_keeps_its_leaf),
    TEST(runtimes_start_nobody), TEST(one_name_in_two_files_is_one_function))
