/* Text that a profile brought along, and tables of it. Widths are those of UAX #11. */
#include "test.h"

#include "base/cleanup.h"
#include "report/table.h"
#include "report/text.h"

#include <stdio.h>

static void assert_escaped(const char *text, const char *wanted) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  text_escape(&sb, text);
  assert_string_equal(sb.data, wanted);
}

static void names_cannot_command_a_terminal(void **state) {
  (void)state;
  assert_escaped("plain name(int)", "plain name(int)");
  assert_escaped("", "");
  assert_escaped("a\nb\tc\rd", "a\\nb\\tc\\rd");
  assert_escaped("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m");
  assert_escaped("\x7f\x01", "\\x7f\\x01");
  assert_escaped("\xc2\x9b"
                 "31m",
                 "\\u{9b}31m"); /* CSI in one character */
  assert_escaped("a\xe2\x80\xae"
                 "b",
                 "a\\u{202e}b"); /* right-to-left override */
  assert_escaped("a\xe2\x80\x8b"
                 "b\xef\xbb\xbf",
                 "a\\u{200b}b\\u{feff}");
}

static void bytes_that_are_no_utf8_are_shown(void **state) {
  (void)state;
  assert_escaped("\xff", "\\xff");
  assert_escaped("\xc0\xaf", "\\xc0\\xaf");                   /* an overlong slash */
  assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
  assert_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* past U+10FFFF */
  assert_escaped("\xe6\x97", "\\xe6\\x97");                   /* cut off */
  assert_escaped("\xe6\x97\xa5", "\xe6\x97\xa5");             /* whole */
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  text_repair(&sb, "a\xff"
                   "b\n");
  assert_string_equal(sb.data, "a\xef\xbf\xbd"
                               "b\n");
}

#define RI "\xe6\x97\xa5"        /* wide: two columns */
#define E_ACUTE "e\xcc\x81"      /* e and a combining accent: one column */
#define UMLAUT "\xc3\xbc"        /* two bytes, one column */
#define SMILE "\xf0\x9f\x98\x80" /* two columns */

static void width_is_that_on_a_terminal(void **state) {
  (void)state;
  assert_int_equal(text_width(""), 0);
  assert_int_equal(text_width("abc"), 3);
  assert_int_equal(text_width(RI RI), 4);
  assert_int_equal(text_width(E_ACUTE), 1);
  assert_int_equal(text_width(UMLAUT), 1);
  assert_int_equal(text_width(SMILE "!"), 3);
}

static void assert_elided(const char *text, int columns, const char *wanted) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  text_elide(&sb, text, columns);
  assert_string_equal(sb.data, wanted);
}

static void what_is_too_wide_loses_its_middle(void **state) {
  (void)state;
  assert_elided("0123456789", 10, "0123456789");
  assert_elided("0123456789a", 10, "012...789a");
  assert_elided("0123456789a", 1, "01...89a"); /* below 8 counts as 8 */
  for (int columns = 8; columns < 20; columns++) {
    _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
    text_elide(&sb, RI RI RI RI RI RI RI RI RI RI, columns);
    assert_true(text_width(sb.data) <= columns && text_width(sb.data) >= columns - 2);
  }
  _cleanup_strbuf_ struct strbuf cut = STRBUF_INIT;
  text_cut(&cut, "a" RI RI, 4);
  assert_string_equal(cut.data, "a" RI);
}

static char *printed(const char *const *cells, size_t n, int columns, bool colour) {
  static const struct table_column titles[] = {{"n"}, {"name", true}, {"what", true}};
  _cleanup_table_ struct table table;
  char *text = NULL;
  size_t size;
  table_init(&table, titles, 3);
  for (size_t i = 0; i < n; i++)
    table_cellf(&table, "%s", cells[i]);
  FILE *out = open_memstream(&text, &size);
  assert_ok(table_print(&table, out, &(struct table_style){columns, colour}));
  fclose(out);
  return text;
}

static void columns_line_up_whatever_the_alphabet(void **state) {
  (void)state;
  const char *const cells[] = {"1", RI RI, "a", "1000", "abc", "b", "20", E_ACUTE, "c"};
  _cleanup_free_ char *text = printed(cells, 9, 0, false);
  assert_string_equal(text, "   n  name  what\n"
                            "   1  " RI RI "  a\n"
                            "1000  abc   b\n"
                            "  20  " E_ACUTE "     c\n");
}

static void the_last_column_gives_way(void **state) {
  (void)state;
  const char *const cells[] = {"1", "abc", "0123456789abcdef"};
  _cleanup_free_ char *text = printed(cells, 3, 20, false);
  assert_string_equal(text, "n  name  what\n1  abc   0123...cdef\n");
}

static void a_heading_can_be_bold(void **state) {
  (void)state;
  _cleanup_free_ char *text = printed(NULL, 0, 0, true);
  assert_string_equal(text, "\033[1mn  name  what\033[0m\n");
}

static void assert_wrapped(const char *text, int used, int columns, const char *wanted) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  text_wrap(&sb, text, used, 2, columns);
  assert_string_equal(sb.data, wanted);
}

static void lines_are_broken_between_words(void **state) {
  (void)state;
  assert_wrapped("", 0, 10, "\n");
  assert_wrapped("one two", 0, 10, "one two\n");
  assert_wrapped("one two three", 0, 10, "one two\n  three\n");
  assert_wrapped("one two", 6, 14, "one two\n");
  assert_wrapped("map<int, long>::find", 0, 12, "map<int,\n  long>::\n  find\n");
  assert_wrapped("aaaaaaaaaaaaaaaaaaaaaa", 0, 12, "aaaaaaaaaaaa\n  aaaaaaaaaa\n");
  /* However narrow the terminal, some of the text is in each line. */
  assert_wrapped("aaaaaaaaaa", 30, 20, "aaaaaaaa\n  aa\n");
  assert_wrapped("", 30, 20, "\n");
  assert_wrapped(RI RI RI RI RI, 0, 8, RI RI RI RI "\n  " RI "\n");
}

RUN(TEST(lines_are_broken_between_words), TEST(names_cannot_command_a_terminal),
    TEST(bytes_that_are_no_utf8_are_shown), TEST(width_is_that_on_a_terminal),
    TEST(what_is_too_wide_loses_its_middle), TEST(columns_line_up_whatever_the_alphabet),
    TEST(the_last_column_gives_way), TEST(a_heading_can_be_bold))
