#include "budget/init.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "budget/amount.h"
#include "budget/measure.h"
#include "budget/text_file.h"
#include "model/finding.h"
#include "model/sample_types.h"

#include <math.h>
#include <string.h>

/* Sites that get limits of their own. */
enum { INIT_SITES = 5 };

static struct error *measure_new(const struct sites *sites, const struct budget_limit *limit,
                                 double *ret) {
  struct budget budget = {0};
  struct figure figure;
  struct error *err = measure_sum(&budget, limit, sites, sites->n_bases, &figure);
  if (!err)
    *ret = figure.value;
  return err;
}

/* At least the floor below which nothing counts as growth; but what was not lost shall not be. */
static double with_headroom(const struct budget_limit *limit, bool is_loss, double value) {
  double floor = is_loss ? 0 : budget_default_floor(limit->kind, limit->metric);
  return fmax(value * INIT_HEADROOM, value + floor);
}

static struct error *append_whole(struct strbuf *sb, const struct sites *sites, const char *metric,
                                  bool is_loss) {
  struct budget_limit limit = {.metric = metric, .kind = budget_metric_kind(metric)};
  double value;
  if (!measure_has(sites_new(sites)->profile, metric))
    return NULL;
  struct error *err = measure_new(sites, &limit, &value);
  if (err)
    return err;
  strbuf_appendf(sb, "  - metric: %s\n    max: ", metric);
  amount_append(sb, with_headroom(&limit, is_loss, value), limit.kind);
  strbuf_appendf(sb, "  # it was %.0f\n", value);
  return NULL;
}

/* 'name' as a YAML string that is a regular expression for just this name. */
static void append_exact(struct strbuf *sb, const char *name) {
  strbuf_append(sb, "'^");
  for (; *name; name++) {
    if (strchr("\\^$.|?*+()[]{}", *name))
      strbuf_append_char(sb, '\\');
    if (*name == '\'')
      strbuf_append_char(sb, '\'');
    if ((unsigned char)*name >= ' ')
      strbuf_append_char(sb, *name);
    else
      strbuf_append_char(sb, '.');
  }
  strbuf_append(sb, "$'");
}

struct function_bytes {
  const char *function;
  double bytes;
};

struct functions {
  struct function_bytes *data;
  size_t count, capacity;
};

static struct error *count_function(struct functions *functions, const char *function,
                                    double bytes) {
  for (size_t i = 0; i < functions->count; i++)
    if (!strcmp(functions->data[i].function, function)) {
      functions->data[i].bytes += bytes;
      return NULL;
    }
  struct function_bytes one = {function, bytes};
  return VECTOR_PUSH(functions, one) ? NULL : &error_no_memory;
}

static int compare_bytes(const void *x, const void *y) {
  const struct function_bytes *a = x, *b = y;
  if (a->bytes != b->bytes)
    return a->bytes < b->bytes ? 1 : -1;
  return strcmp(a->function, b->function);
}

/* By the function to look at first of each sample's stack. */
static struct error *list_functions(const struct profile *profile, int type, struct arena *arena,
                                    struct functions *ret) {
  struct error *err = NULL;
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    struct finding_stack stack;
    if (sample->values[type] <= 0)
      continue;
    err = finding_frames(profile, sample, UINT32_MAX, arena, &stack);
    const struct finding_frame *place = err ? NULL : finding_place(&stack, "");
    if (place)
      err = count_function(ret, place->function, (double)sample->values[type]);
  }
  if (!err && ret->count)
    qsort(ret->data, ret->count, sizeof(*ret->data), compare_bytes);
  return err;
}

/* The limit is on all that the function's frames have below them, which can be more than what it
 * was listed for: it is measured as it will be judged. */
static struct error *append_site(struct strbuf *sb, const struct sites *sites,
                                 const char *function) {
  struct strbuf quoted = STRBUF_INIT, pattern = STRBUF_INIT;
  struct budget_limit limit = {.metric = sample_types[SAMPLE_ALLOC_SPACE].name, .kind = KIND_BYTES};
  double value = 0;
  append_exact(&quoted, function);
  /* As a YAML parser reads it: without the quotes, and with '' as one. */
  for (const char *s = quoted.data ? quoted.data + 1 : ""; *s && s[1]; s++) {
    strbuf_append_char(&pattern, *s);
    s += *s == '\'';
  }
  struct error *err = strbuf_failed(&quoted) || strbuf_failed(&pattern) ? &error_no_memory : NULL;
  limit.pattern.function = pattern.data;
  if (!err)
    err = measure_new(sites, &limit, &value);
  if (!err) {
    strbuf_appendf(sb, "  - metric: %s\n    function: %s\n    max: ", limit.metric, quoted.data);
    amount_append(sb, value * INIT_SITE_HEADROOM, KIND_BYTES);
    strbuf_append_char(sb, '\n');
  }
  strbuf_deinit(&quoted);
  strbuf_deinit(&pattern);
  return err;
}

static struct error *append_sites(struct strbuf *sb, const struct sites *sites) {
  const struct profile *profile = sites_new(sites)->profile;
  int type = sample_type_index(profile, SAMPLE_ALLOC_SPACE);
  struct functions functions = {0};
  struct arena arena = ARENA_INIT;
  if (type < 0)
    return NULL;
  struct error *err = list_functions(profile, type, &arena, &functions);
  strbuf_append(sb, "\n  # The functions that allocate most, with all that they call.\n");
  for (size_t i = 0; i < functions.count && i < INIT_SITES && !err; i++)
    err = append_site(sb, sites, functions.data[i].function);
  VECTOR_DEINIT(&functions);
  arena_deinit(&arena);
  return err;
}

static const char head[] = "# memprof check --budget THIS --base OLD.pb.gz NEW.pb.gz\n"
                           "# docs/BUDGETS.md tells what can be limited. `memprof check --update` "
                           "lowers each max to what\n"
                           "# is measured then, and never raises one.\n"
                           "version: 1\n\nlimits:\n";
static const char growth[] =
    "\n  # Against a base (--base): no site may grow by more than 5% and 64 KiB. Without one\n"
    "  # these could not be checked, which is an error.\n"
    "  # - metric: alloc_space\n  #   each: site\n  #   growth: 5%\n  #   floor: 64 KiB\n";

static struct error *append_all(struct strbuf *sb, const struct sites *sites) {
  static const enum sample_type metrics[] = {
      SAMPLE_ALLOC_SPACE,    SAMPLE_ALLOC_OBJECTS,  SAMPLE_PEAK_SPACE,    SAMPLE_INUSE_SPACE,
      SAMPLE_DEFINITE_SPACE, SAMPLE_INDIRECT_SPACE, SAMPLE_POSSIBLE_SPACE};
  struct error *err = NULL;
  strbuf_append(sb, head);
  for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics) && !err; i++)
    err = append_whole(sb, sites, sample_types[metrics[i]].name,
                       metrics[i] >= SAMPLE_DEFINITE_OBJECTS);
  if (!err)
    err = append_sites(sb, sites);
  strbuf_append(sb, growth);
  return err;
}

struct error *budget_init(const char *path, const struct sites *sites) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  const struct profile *profile = sites_new(sites)->profile;
  if (sample_type_index(profile, SAMPLE_ALLOC_SPACE) < 0 &&
      sample_type_named(profile, sample_types[SAMPLE_INUSE_SPACE].name) < 0)
    return error_create(ERROR_CANNOT, "%s is no heap profile: there is nothing to limit",
                        sites_new(sites)->name);
  struct error *err = append_all(&sb, sites);
  if (err)
    return err;
  return strbuf_failed(&sb) ? &error_no_memory : text_file_create(path, sb.data);
}
