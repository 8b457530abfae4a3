/* The advice on what makes the peak: as sure as the peak itself, which is the largest of many
 * estimates. */
#include "history_types.h"

#define STACK "f@a.c:7%0+0x2010;main@a.c:20%0+0x2100;start%0+0x2200"
enum { RATE = 512 << 10, SIZE = 64, MS = 1000000, US = 1000, LIVES = 16 };

/* A site whose objects live for 5 us each of the second that the program runs: `allocated` samples of
 * RATE bytes in all, `live` of them at the peak. */
static void assert_peak(int64_t allocated, int live, bool expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  long long each = RATE / SIZE, of_life = allocated * each / LIVES;
  strbuf_append(&sb, HISTORY_TYPES);
  strbuf_appendf(&sb, "sample %lld %lld 0 0 %lld %lld 0 0 0 0 0 0 0 | %s | bytes=%d rate=%d\n",
                 (long long)allocated * each, (long long)allocated * RATE, live * each,
                 (long long)live * RATE, STACK, SIZE, RATE);
  for (int i = 1; i <= LIVES; i++) {
    strbuf_appendf(&sb, "sample 0 0 0 0 0 0 0 0 0 %lld %lld 0 0 | %s | ", of_life, of_life * SIZE,
                   STACK);
    strbuf_appendf(&sb, "bytes=%d rate=%d history=%d end='free' born=%d lived=%d ", SIZE, RATE, i,
                   900 * MS / LIVES * i, 5 * US);
    strbuf_append(&sb, "siblings=100 lived_calls=1000 born_by=1 freed_by=1\n");
  }
  assert_advises(&sb, ADVICE_PEAK, expected);
}

/* 200 samples that were live at once are a peak whatever chance does. Five may have met somewhere in a
 * run that replaced its heap a thousand times: of the largest of so many estimates no more is sure than
 * a fifth of a sample (model/spread.h), which is less than malloc keeps anyway. */
static void few_samples_that_met_are_no_peak(void **state) {
  (void)state;
  assert_peak(200000, 200, true);
  assert_peak(5000, 5, false);
}

RUN(TEST(few_samples_that_met_are_no_peak))
