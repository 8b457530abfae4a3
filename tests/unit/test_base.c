/* base: what all other code takes for granted. */
#include "test.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/vector.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static bool is_filled(const char *p, size_t n, char with) {
  for (size_t i = 0; i < n; i++)
    if (p[i] != with)
      return false;
  return true;
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 100000, 300000, 5 << 20};
  enum { N = sizeof(sizes) / sizeof(*sizes) };
  struct arena arena = ARENA_INIT;
  char *pieces[N];
  for (size_t i = 0; i < N; i++) {
    pieces[i] = arena_alloc(&arena, sizes[i]);
    assert_non_null(pieces[i]);
    assert_int_equal((uintptr_t)pieces[i] % 16, 0);
    assert_true(is_filled(pieces[i], sizes[i], 0));
    memset(pieces[i], (int)i + 1, sizes[i]);
  }
  for (size_t i = 0; i < N; i++)
    assert_true(is_filled(pieces[i], sizes[i], (char)(i + 1)));
  arena_deinit(&arena);
  assert_true(is_filled(arena_alloc(&arena, 1000), 1000, 0)); /* usable again */
  arena_deinit(&arena);
}

static void memory_given_to_an_arena_is_zeroed_and_handed_out_next(void **state) {
  (void)state;
  enum { GIVEN = 256 << 10, SMALL = 100 };
  struct arena arena = ARENA_INIT;
  char *before = arena_alloc(&arena, 10), *given = malloc(GIVEN), *small = malloc(SMALL);
  memset(before, 7, 10);
  memset(given, 0xff, GIVEN);
  arena_give(&arena, given, GIVEN);
  char *piece = arena_alloc(&arena, GIVEN / 2);
  assert_true(piece > given && piece + GIVEN / 2 <= given + GIVEN);
  assert_true(is_filled(piece, GIVEN / 2, 0));
  arena_give(&arena, small, SMALL); /* too small to be of use, and freed */
  arena_give(&arena, NULL, 0);
  char *next = arena_alloc(&arena, 16);
  assert_true(next >= piece + GIVEN / 2 && next + 16 <= given + GIVEN);
  assert_true(is_filled(before, 10, 7));
  arena_deinit(&arena);
}

static void an_array_too_large_is_no_array(void **state) {
  (void)state;
  struct arena arena = ARENA_INIT;
  assert_null(arena_calloc(&arena, SIZE_MAX / 4 + 2, 4)); /* 4 bytes, if it wraps */
  assert_null(arena_alloc(&arena, SIZE_MAX));
  assert_non_null(arena_calloc(&arena, 3, 5));
  arena_deinit(&arena);
}

static void arena_strings_end(void **state) {
  (void)state;
  struct arena arena = ARENA_INIT;
  memset(arena_alloc(&arena, 64), 0xff, 64);
  assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
  assert_string_equal(arena_strndup(&arena, "x", 0), "");
  arena_deinit(&arena);
}

/* Formats that just fit, just do not, and need more than twice the room. */
static void formatted_text_is_whole_at_any_length(void **state) {
  (void)state;
  for (int already = 0; already < 130; already++)
    for (int more = 0; more < 300; more += 7) {
      _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
      char wanted[600];
      for (int i = 0; i < already; i++)
        strbuf_append_char(&sb, 'a');
      strbuf_appendf(&sb, "%0*d|%s", more, 0, "end");
      memset(wanted, 'a', (size_t)already);
      size_t digits = more ? (size_t)more : 1;
      memset(wanted + already, '0', digits);
      strcpy(wanted + already + digits, "|end");
      assert_false(strbuf_failed(&sb));
      assert_string_equal(sb.data, wanted);
      assert_int_equal(sb.length, strlen(wanted));
    }
}

static void strings_grow_and_are_handed_over(void **state) {
  (void)state;
  struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "one ");
  strbuf_append_n(&sb, "two", 2);
  memcpy(strbuf_room(&sb, 3), " 3 ", 3);
  sb.length += 3;
  strbuf_append(&sb, "");
  char *text = strbuf_steal(&sb);
  assert_string_equal(text, "one tw 3 ");
  assert_null(sb.data);
  assert_int_equal(sb.length, 0);
  free(text);
  text = strbuf_steal(&sb); /* of nothing: the empty string */
  assert_string_equal(text, "");
  free(text);
}

static void a_failure_sticks(void **state) {
  (void)state;
  struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "kept");
  sb.failed = true;
  strbuf_append(&sb, "more");
  strbuf_appendf(&sb, "%d", 17);
  assert_null(strbuf_room(&sb, 1));
  assert_string_equal(sb.data, "kept");
  assert_null(strbuf_steal(&sb));
  assert_false(strbuf_failed(&sb)); /* empty, and usable again */
}

static void vectors_grow_and_keep_what_they_hold(void **state) {
  (void)state;
  VECTOR(int) v = {0};
  for (int i = 0; i < 1000; i++)
    assert_true(VECTOR_PUSH(&v, i * i));
  assert_int_equal(v.count, 1000);
  assert_true(v.capacity >= 1000);
  for (int i = 0; i < 1000; i++)
    assert_int_equal(v.data[i], i * i);
  int *data = v.data;
  assert_true(VECTOR_RESERVE(&v, 5)); /* less than there is: nothing happens */
  assert_ptr_equal(v.data, data);
  assert_false(VECTOR_RESERVE(&v, SIZE_MAX / sizeof(int) + 4000));
  assert_ptr_equal(v.data, data);
  VECTOR_DEINIT(&v);
  assert_null(v.data);
}

static void errors_say_what_and_where(void **state) {
  (void)state;
  struct error *err = error_create(ERROR_BAD_INPUT, "line %d", 3);
  err = error_prefix(err, "%s", "a.txt");
  assert_string_equal(err->message, "a.txt: line 3");
  assert_int_equal(err->code, ERROR_BAD_INPUT);
  error_destroy(err);
  err = error_system(ENOENT, "cannot open %s", "b");
  assert_string_equal(err->message, "cannot open b: No such file or directory");
  assert_int_equal(err->code, ERROR_SYSTEM);
  assert_int_equal(err->err_no, ENOENT);
  error_destroy(err);
  error_destroy(NULL);
}

static void the_error_of_no_memory_is_static(void **state) {
  (void)state;
  assert_ptr_equal(error_prefix(&error_no_memory, "x"), &error_no_memory);
  error_destroy(&error_no_memory);
  assert_string_equal(error_no_memory.message, "out of memory");
}

static void base_names(void **state) {
  (void)state;
  assert_string_equal(path_base_name("/usr/lib/libc.so.6"), "libc.so.6");
  assert_string_equal(path_base_name("a"), "a");
  assert_string_equal(path_base_name("a/"), "");
  assert_string_equal(path_base_name(""), "");
  assert_true(ends_with("x::alloc", "::alloc"));
  assert_true(ends_with("x", ""));
  assert_false(ends_with("alloc", "::alloc"));
  assert_false(ends_with("x::alloc_zeroed", "::alloc"));
}

#if !defined(__SANITIZE_ADDRESS__)
static long resident_pages(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  long size, resident = 0;
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
  fclose(file);
  return resident;
}
#endif

/* The last block keeps glibc from giving back by itself what is free below it. A sanitizer's
 * allocator has ways of its own. */
static void free_memory_is_given_back(void **state) {
  (void)state;
#if !defined(__SANITIZE_ADDRESS__)
  enum { BLOCKS = 2000, SIZE = 10000 };
  static char *block[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    block[i] = malloc(SIZE);
    memset(block[i], 1, SIZE);
  }
  for (int i = 0; i < BLOCKS - 1; i++)
    free(block[i]);
  long before = resident_pages();
  memory_give_back();
  assert_true(before - resident_pages() > (long)BLOCKS * SIZE / 2 / sysconf(_SC_PAGESIZE));
  free(block[BLOCKS - 1]);
#endif
}

RUN(TEST(arena_memory_is_zeroed_aligned_and_apart),
    TEST(memory_given_to_an_arena_is_zeroed_and_handed_out_next),
    TEST(an_array_too_large_is_no_array), TEST(arena_strings_end),
    TEST(formatted_text_is_whole_at_any_length), TEST(strings_grow_and_are_handed_over),
    TEST(a_failure_sticks), TEST(vectors_grow_and_keep_what_they_hold),
    TEST(errors_say_what_and_where), TEST(the_error_of_no_memory_is_static), TEST(base_names),
    TEST(free_memory_is_given_back))
