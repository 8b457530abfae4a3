/* One table of spellings, read by everything that reads sizes: the command line, budgets, --tagfocus
 * and the shim's MEMPROF_RATE. They agree on each, or refuse it. */
#include "test.h"

#include "budget/budget.h"
#include "cli/line/option_value.h"
#include "common/settings.h"
#include "model/tag_filter.h"
#include "model/unit.h"
#include "shim/life/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 0 };

static const struct {
  const char *text;
  uint64_t bytes; /* pprof's meaning: powers of 1024 under every name */
} spellings[] = {
    {"1", 1},           {"4096", 4096},    {"100B", 100},     {"100b", 100},     {"1k", 1024},
    {"1K", 1024},       {"64kb", 65536},   {"64kB", 65536},   {"64KB", 65536},   {"512KiB", 524288},
    {"512kib", 524288}, {"1m", 1048576},   {"1M", 1048576},   {"1MB", 1048576},  {"1mb", 1048576},
    {"1MiB", 1048576},  {"3MIB", 3145728}, {"2g", 1u << 31},  {"2GB", 1u << 31}, {"2GiB", 1u << 31},
    {"1ki", REFUSED},   {"1iB", REFUSED},  {"0x10", REFUSED}, {"-1", REFUSED},   {"1e3", REFUSED},
    {"1kBs1", REFUSED}, {"MB", REFUSED},   {"", REFUSED},     {"1 x", REFUSED},
};
enum { N_SPELLINGS = sizeof(spellings) / sizeof(*spellings) };

static void the_command_line(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SPELLINGS; i++) {
    uint64_t bytes = REFUSED;
    const struct option_spec spec = {.name = "limit", .kind = OPTION_SIZE, .value = &bytes};
    error_destroy(option_store(&spec, spellings[i].text, true));
    assert_int_equal(bytes, spellings[i].bytes);
  }
}

static void budgets(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SPELLINGS; i++) {
    double bytes = REFUSED;
    budget_parse_amount(spellings[i].text, KIND_BYTES, &bytes);
    assert_true(bytes == (double)spellings[i].bytes);
  }
}

/* A range of --tagfocus keeps a sample whose label has that many bytes, and no other. */
static void tagfocus(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SPELLINGS; i++) {
    if (spellings[i].bytes == REFUSED) /* then it is a regular expression */
      continue;
    for (uint64_t off = 0; off < 2; off++) {
      char text[100];
      snprintf(text, sizeof(text), "types space/bytes\nsample 1 | f | bytes=%" PRIu64 "\n",
               spellings[i].bytes + off);
      _cleanup_profile_ struct profile *profile = build_profile(text);
      snprintf(text, sizeof(text), "bytes=%s", spellings[i].text);
      _cleanup_tag_filter_ struct tag_filter *filter = NULL;
      bool kept = false;
      assert_ok(tag_filter_create(text, "--tagfocus", &filter));
      assert_ok(tag_filter_match(filter, &profile->samples[0], &kept));
      assert_int_equal(kept, off == 0);
    }
  }
}

/* The shim reads its settings once a process: a child for each. */
static uint64_t shim_rate(const char *text) {
  uint64_t *rate =
      mmap(NULL, sizeof(*rate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(rate != MAP_FAILED);
  *rate = UINT64_MAX;
  pid_t child = fork();
  if (child == 0) {
    struct settings settings;
    const char *bad;
    clearenv();
    setenv(SETTING_RATE, text, 1);
    if (settings_read(&settings, &bad))
      *rate = bad ? REFUSED : settings.rate;
    _exit(0);
  }
  assert_int_equal(waitpid(child, NULL, 0), child);
  uint64_t ret = *rate;
  munmap(rate, sizeof(*rate));
  return ret;
}

static void the_shim(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SPELLINGS; i++)
    assert_int_equal(shim_rate(spellings[i].text), spellings[i].bytes);
}

RUN(TEST(the_command_line), TEST(budgets), TEST(tagfocus), TEST(the_shim))
