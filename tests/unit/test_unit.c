#include "test.h"

#include "model/unit.h"

static void assert_format(double value, const char *from, const char *to, const char *expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  unit_format(&sb, value, from, to);
  assert_string_equal(sb.data, expected);
}

static void assert_pprof(int64_t value, const char *from, const char *to, const char *expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  unit_format_pprof(&sb, value, from, to);
  assert_string_equal(sb.data, expected);
}

static void sizes_choose_their_unit(void **state) {
  (void)state;
  assert_format(0, "bytes", NULL, "0 B");
  assert_format(1, "bytes", NULL, "1 B");
  assert_format(1023, "bytes", "auto", "1023 B");
  assert_format(1024, "bytes", NULL, "1.0 KiB");
  assert_format(1536, "bytes", NULL, "1.5 KiB");
  assert_format(-1536, "bytes", NULL, "-1.5 KiB");
  assert_format(12.3 * 1048576, "bytes", NULL, "12.3 MiB");
  assert_format(1048575, "bytes", NULL, "1.0 MiB"); /* not 1024.0 KiB */
  assert_format(0x1p60, "bytes", NULL, "1024.0 PiB");
  assert_format(3, "kilobytes", NULL, "3.0 KiB");
}

static void a_unit_can_be_asked_for(void **state) {
  (void)state;
  assert_format(1536, "bytes", "B", "1536 B");
  assert_format(1536, "bytes", "KiB", "1.50 KiB");
  assert_format(1536, "bytes", "kb", "1.50 kB");
  assert_format(1 << 20, "bytes", "mebibytes", "1.00 MiB");
  assert_format(2e9, "nanoseconds", "ms", "2000.00 ms");
  /* Seconds make no sense for bytes: as if not asked. */
  assert_format(1536, "bytes", "ms", "1.5 KiB");
}

static void counts_have_no_unit(void **state) {
  (void)state;
  assert_format(0, "count", NULL, "0");
  assert_format(1234567, "count", NULL, "1234567");
  assert_format(1234567, "count", "KiB", "1234567");
  assert_format(17, "goroutine", NULL, "17 goroutine");
}

static void a_column_has_one_unit(void **state) {
  (void)state;
  struct unit unit = unit_choose(5 << 20, "bytes", NULL);
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  unit_append(&sb, 100 << 10, &unit);
  strbuf_append(&sb, ", ");
  unit_append(&sb, -1, &unit);
  assert_string_equal(sb.data, "0.1 MiB, 0.0 MiB");
}

/* As go tool pprof prints it: measurement_test.go's cases and its -top of tests/data. */
static void pprof_style(void **state) {
  (void)state;
  assert_pprof(0, "bytes", "auto", "0");
  assert_pprof(1, "bytes", "auto", "1B");
  assert_pprof(10, "bytes", "kb", "0.01kB");
  assert_pprof(1024, "bytes", "auto", "1kB");
  assert_pprof(1536, "bytes", "auto", "1.50kB");
  assert_pprof(1 << 20, "bytes", "auto", "1MB");
  assert_pprof(1073741824, "bytes", "auto", "1GB");
  assert_pprof(-1536, "bytes", "auto", "-1.50kB");
  assert_pprof(1, "s", "auto", "1s");
  assert_pprof(3600, "s", "auto", "1hrs");
  assert_pprof(100, "count", "auto", "100");
}

static void known_units(void **state) {
  (void)state;
  static const char *const good[] = {"auto", "B",         "bytes", "KiB", "kB", "KB",
                                     "MiB",  "megabytes", "PiB",   "ns",  "ms", "seconds"};
  static const char *const bad[] = {"KiBi", "furlongs", "EB", " B"};
  for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
    assert_true(unit_known(good[i]));
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    assert_false(unit_known(bad[i]));
}

static void scaling_between_units(void **state) {
  (void)state;
  double value = 7;
  assert_true(unit_scale(2048, "bytes", "kb", &value));
  assert_true(value == 2);
  assert_false(unit_scale(2048, "bytes", "ms", &value));
  assert_false(unit_scale(2048, "count", "kb", &value));
  assert_true(value == 2);
}

static void sizes_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t value;
  } cases[] = {{"0", 0},
               {"4096", 4096},
               {"512KiB", 512 << 10},
               {"512kb", 512 << 10},
               {"64k", 64 << 10},
               {"1.5 MB", 3 << 19},
               {"2g", 2ll << 30},
               {"100B", 100},
               {"100 bytes", 100},
               {".5k", 512},
               {"7.", 7}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    uint64_t value = 99;
    assert_true(unit_parse_size(cases[i].text, &value));
    assert_int_equal(value, cases[i].value);
  }
}

static void what_is_no_size_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
      "",    "-1",    "k", "1x",  "1.2.3", "0x10",  "5ms",
      "1e3", "KiB 5", ".", "nan", "1 k b", "8192P", "99999999999999999999"};
  uint64_t value = 7;
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    assert_false(unit_parse_size(bad[i], &value));
  assert_int_equal(value, 7);
}

static void percentages_are_read(void **state) {
  (void)state;
  static const char *const bad[] = {"",     "%",   "-1%", "+1%", "1e1%", "0x1%",
                                    "nan%", "inf", "5%%", "5 5", "5MB"};
  double value = 7;
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    assert_false(unit_parse_percent(bad[i], &value));
  assert_true(value == 7);
  assert_true(unit_parse_percent("5%", &value) && value == 5);
  assert_true(unit_parse_percent("0.5 %", &value) && value == 0.5);
  assert_true(unit_parse_percent("12", &value) && value == 12);
}

RUN(TEST(sizes_choose_their_unit), TEST(a_unit_can_be_asked_for), TEST(counts_have_no_unit),
    TEST(a_column_has_one_unit), TEST(pprof_style), TEST(known_units), TEST(scaling_between_units),
    TEST(sizes_are_read), TEST(what_is_no_size_is_refused), TEST(percentages_are_read))
