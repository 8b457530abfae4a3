#include "test.h"

#include "report/table.h"

#include <stdio.h>

static const struct table_column columns[] = {{"flat"}, {"name", .left = true}};

struct row {
  const char *name, *hint;
};

static void assert_table(const struct row *rows, size_t n, const struct table_style *style,
                         const char *expected) {
  _cleanup_table_ struct table table;
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  table_init(&table, columns, 2);
  for (size_t i = 0; i < n; i++) {
    table_cellf(&table, "%zu B", i + 1);
    table_cellf(&table, "%s", rows[i].name);
    strbuf_append(table_hint(&table), rows[i].hint);
  }
  assert_ok(table_print(&table, out, style));
  fclose(out);
  assert_string_equal(text, expected);
  free(text);
}
#define ASSERT_TABLE(style, expected, ...)                                                         \
  assert_table((const struct row[]){__VA_ARGS__},                                                  \
               sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row),                     \
               &(const struct table_style)style, expected)
#define STYLE(...)                                                                                 \
  { __VA_ARGS__ }

static void names_are_shortened_where_they_are_equal(void **state) {
  (void)state;
  ASSERT_TABLE(STYLE(40),
               "flat  name\n"
               " 1 B  app::Table<long_na...Article>::put\n"
               " 2 B  app::Table<long_n...Customer>::put\n"
               " 3 B  other\n",
               {"app::Table<long_name_of_one, shop::Article>::put", "a.cc:7"},
               {"app::Table<long_name_of_one, shop::Customer>::put", "b.cc:9"}, {"other", ""});
}

static void equal_names_get_their_lines(void **state) {
  (void)state;
  ASSERT_TABLE(STYLE(0),
               "flat  name\n"
               " 1 B  make  a.c:1\n"
               " 2 B  make  b.c:1\n",
               {"make", "a.c:1\n< f"}, {"make", "b.c:1\n< g"});
  ASSERT_TABLE(STYLE(40),
               "flat  name\n"
               " 1 B  a_name_that_...takes_a_line  a.c:1\n"
               " 2 B  a_name_that_...takes_a_line  b.c:1\n",
               {"a_name_that_is_long_and_takes_a_line", "a.c:1"},
               {"a_name_that_is_long_and_takes_a_line", "b.c:1"});
}

static void equal_lines_get_their_callers(void **state) {
  (void)state;
  ASSERT_TABLE(STYLE(40),
               "flat  name\n"
               " 1 B  make  < f\n"
               " 2 B  make  < g\n"
               " 3 B  make  b.c:1\n",
               {"make", "a.cc:7\n< f"}, {"make", "a.cc:7\n< g"}, {"make", "b.c:1\n< f"});
}

static void names_without_a_hint_stay(void **state) {
  (void)state;
  ASSERT_TABLE(STYLE(0), "flat  name\n 1 B  make\n 2 B  make\n", {"make", ""}, {"make", ""});
}

static void the_last_column_is_wrapped(void **state) {
  (void)state;
  ASSERT_TABLE(STYLE(20, .wrap = true),
               "flat  name\n"
               " 1 B  one, two,\n"
               "      three, four\n"
               " 2 B  aaaaaaaaaaaaaa\n"
               "      aabbb\n",
               {"one, two, three, four", ""}, {"aaaaaaaaaaaaaaaabbb", ""});
}

static void lines_below_a_row_are_not_shortened(void **state) {
  (void)state;
  ASSERT_TABLE(STYLE(20), "flat  name\n 1 B  leaf\n    main, which is long enough\n 2 B  x\n",
               {"leaf\n    main, which is long enough\n", ""}, {"x", ""});
}

RUN(TEST(names_are_shortened_where_they_are_equal), TEST(equal_names_get_their_lines),
    TEST(equal_lines_get_their_callers), TEST(names_without_a_hint_stay),
    TEST(the_last_column_is_wrapped), TEST(lines_below_a_row_are_not_shortened))
