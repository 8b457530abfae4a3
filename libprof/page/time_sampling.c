#include "page/time_sampling.h"

#include "base/cleanup.h"
#include "model/error_bar.h"
#include "page/json_columns.h"

#include <math.h>

/* Facts about a sample. A scale is what calibration made of 1: windows have intervals of the raw figures. */
struct drawn {
  double size, p, alloc_scale, inuse_scale;
};

static double scale_of(const struct profile_sample *sample, int type) {
  return sample->raw && sample->raw[type] ? (double)sample->values[type] / (double)sample->raw[type]
                                          : 1;
}

static void append_all(struct strbuf *sb, const struct drawn *drawn, size_t n,
                       const struct error_bars *allocated, const struct error_bars *live) {
  size_t stride = sizeof(*drawn);
  column_append_key(sb, "sampling");
  strbuf_appendf(sb, "{\"alloc_unseen\":%.17g,\"inuse_unseen\":%.17g", allocated->unseen,
                 live->unseen);
  column_append_reals(sb, "size", (struct column){&drawn->size, stride, n});
  column_append_reals(sb, "p", (struct column){&drawn->p, stride, n});
  column_append_reals(sb, "alloc_scale", (struct column){&drawn->alloc_scale, stride, n});
  column_append_reals(sb, "inuse_scale", (struct column){&drawn->inuse_scale, stride, n});
  strbuf_append_char(sb, '}');
}

struct error *time_sampling_append(struct strbuf *sb, const struct profile *profile, int alloc,
                                   int inuse) {
  struct error_bars allocated = error_bars_of(profile, alloc), live = error_bars_of(profile, inuse);
  size_t n = profile->n_samples;
  if (!allocated.unseen && !live.unseen)
    return NULL;
  _cleanup_free_ struct drawn *drawn = calloc(n + 1, sizeof(*drawn));
  if (!drawn)
    return &error_no_memory;
  for (size_t i = 0; i < n; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    drawn[i] = (struct drawn){fmax(error_bars_size(&allocated, sample), 0),
                              error_bars_probability(&allocated, sample), scale_of(sample, alloc),
                              scale_of(sample, inuse)};
  }
  append_all(sb, drawn, n, &allocated, &live);
  return NULL;
}
