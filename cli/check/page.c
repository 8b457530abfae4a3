#include "cli/check/page.h"

#include "base/cleanup.h"
#include "base/text_stream.h"
#include "cli/input/page_input.h"
#include "report/check_json.h"

static struct error *document_of(const struct judging *judging, char **ret) {
  const struct verdict *const *verdicts = (const struct verdict *const *)judging->verdicts.data;
  struct text_stream stream;
  struct error *err = text_stream_open(&stream);
  if (err)
    return err;
  err =
      report_check_json(verdicts, judging->verdicts.count, judging->program.unchecked, stream.out);
  return text_stream_take(&stream, err, ret);
}

/* Verdicts stand in the order of the profiles; without a verdict there is one profile. */
static const struct check_input *profile_of(const struct judging *judging) {
  for (size_t i = 0; i < judging->verdicts.count; i++)
    if (judging->verdicts.data[i]->n_over)
      return &judging->inputs.news.data[i];
  return &judging->inputs.news.data[0];
}

static const struct check_input *only_base(const struct judging *judging,
                                           const struct check_bases *bases) {
  for (size_t i = 0; i < judging->inputs.bases.count && bases->count == 1; i++)
    if (judging->inputs.bases.data[i].profile == bases->profiles[0])
      return &judging->inputs.bases.data[i];
  return NULL;
}

struct error *check_page_write(const struct judging *judging, const char *output) {
  const struct check_input *new = profile_of(judging);
  _cleanup_free_ char *document = NULL;
  struct check_bases bases = {0};
  struct error *err = document_of(judging, &document);
  if (!err)
    err = check_inputs_bases(&judging->inputs, new, &bases);
  const struct check_input *base = err ? NULL : only_base(judging, &bases);
  struct page_side sides[PAGE_MOST_SIDES] = {{.name = new->name, .profile = new->profile}};
  if (base) {
    sides[1] = sides[0];
    sides[0] = (struct page_side){.name = base->name, .profile = base->profile};
  }
  check_bases_deinit(&bases);
  struct page_verdicts verdicts = {.check = document};
  return err ? err : page_input_write_profiles(sides, base ? 2 : 1, &verdicts, output);
}
