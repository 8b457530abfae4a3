#include "budget/amount.h"

#include <math.h>

struct scale {
  const char *suffix;
  double factor;
};

/* Two digits, or whole numbers below 100. */
static double round_up(double value) {
  double step = value < 100 ? 1 : pow(10, floor(log10(value)) - 1);
  return ceil(value / step) * step;
}

static void append_scaled(struct strbuf *sb, double value, const struct scale *scales) {
  const struct scale *scale = scales;
  while (scale[1].suffix && value >= scale[1].factor)
    scale++;
  double scaled = value / scale->factor;
  /* 1.5 MiB rather than 2 MiB. */
  if (scaled < 10 && scale != scales)
    strbuf_appendf(sb, "%.1f%s", ceil(scaled * 10) / 10, scale->suffix);
  else
    strbuf_appendf(sb, "%.0f%s", round_up(scaled), scale->suffix);
}

void amount_append(struct strbuf *sb, double value, enum budget_kind kind) {
  static const struct scale sizes[] = {{"", 1},          {" KiB", 0x1p10}, {" MiB", 0x1p20},
                                       {" GiB", 0x1p30}, {" TiB", 0x1p40}, {NULL, 0}};
  static const struct scale times[] = {
      {" ns", 1}, {" us", 1e3}, {" ms", 1e6}, {" s", 1e9}, {NULL, 0}};
  if (kind != KIND_COUNT)
    append_scaled(sb, value, kind == KIND_BYTES ? sizes : times);
  else if (value < 10 && value != floor(value))
    strbuf_appendf(sb, "%.1f", ceil(value * 10) / 10);
  else
    strbuf_appendf(sb, "%.0f", round_up(value));
}
