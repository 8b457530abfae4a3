#include "test.h"

#include "model/nameless.h"

#include <stdio.h>

static struct nameless nameless_of(const char *samples) {
  char text[4096];
  snprintf(text, sizeof(text),
           "types space/bytes\n"
           "mapping 0x1000 0x2000 0 /bin/prog id1\n"
           "mapping 0x3000 0x4000 0 /lib/libfoo.so.1 id2\n"
           "mapping 0x5000 0x6000 0x1000 /lib/libfoo.so.1 id2\n%s",
           samples);
  _cleanup_profile_ struct profile *profile = build_profile(text);
  struct nameless found;
  assert_ok(nameless_find(profile, 0, &found));
  return found;
}

static void names_are_nothing_to_report(void **state) {
  (void)state;
  struct nameless found = nameless_of("sample 10 | malloc;f@f.c;-%0+0x1010\n");
  assert_true(found.part == 0);
  assert_int_equal(found.n_modules, 0);
  found = nameless_of("sample 0 | -%0+0x1010\n");
  assert_int_equal(found.n_modules, 0);
}

/* 75 of 100 bytes: 60 in a library of two mappings, below an allocation function; 15 in the program,
 * by a stand-in for a name. */
static void modules_are_ordered_by_what_lies_in_them(void **state) {
  (void)state;
  struct nameless found = nameless_of("sample 25 | f;main\n"
                                      "sample 15 | prog+0x10%0+0x1010;main\n"
                                      "sample 20 | malloc;-%1+0x3010;main\n"
                                      "sample 40 | -%2+0x5010;main\n");
  assert_float_equal(found.part, 0.75, 1e-9);
  assert_int_equal(found.n_modules, 2);
  assert_int_equal(found.modules[0].mapping, 1);
  assert_float_equal(found.modules[0].part, 0.6, 1e-9);
  assert_int_equal(found.modules[1].mapping, 0);
  assert_float_equal(found.modules[1].part, 0.15, 1e-9);
}

RUN(TEST(names_are_nothing_to_report), TEST(modules_are_ordered_by_what_lies_in_them))
