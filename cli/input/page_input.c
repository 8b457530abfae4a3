#include "cli/input/page_input.h"

#include "advise/advise.h"
#include "base/cleanup.h"
#include "cli/input/report_options.h"
#include "cli/line/message.h"
#include "cli/line/output.h"
#include "model/fold.h"
#include "model/moments_text.h"
#include "page/document.h"
#include "page/html.h"

static struct option_list source_path;
static bool confidential;

static const struct option_spec specs[] = {
    {.name = "source-path",
     .argument = "DIR",
     .help = "Quote source files in this folder, too, by ever shorter endings of their paths; "
             "files outside it and the working folder are not read. May be given several times",
     .kind = OPTION_LIST,
     .value = &source_path},
    {.name = "confidential",
     .help = "Leave out source lines, command lines and folders: names of functions and files stay",
     .kind = OPTION_FLAG,
     .value = &confidential},
    {0},
};
const struct option_group page_options = {"Page", specs};

static struct error *make_document(struct page_profiles *profiles, int shown,
                                   const struct page_options *facts, struct strbuf *ret) {
  struct page_options options = *facts;
  options.source_path = source_path.data;
  options.n_source_path = source_path.count;
  options.confidential = confidential;
  struct error *err = page_profiles_find_types(profiles, shown);
  return err ? err : page_document(profiles, &options, ret);
}

static struct page_options facts_of(const struct page_verdicts *verdicts) {
  return verdicts ? (struct page_options){.leaks = verdicts->leaks, .check = verdicts->check}
                  : (struct page_options){0};
}

/* Advice looks at whole stacks: the profile is read once more, without folding. */
static struct error *advise_on(const char *path, struct profile **ret, struct advice *advice) {
  struct report_options options;
  struct error *err = report_options_open(path, 0, 0, ret, &options);
  return err ? err : advise(*ret, options.profile_name, ADVICE_MOST, advice);
}

/* A page without time is better than none. */
static struct error *read_moments(const struct profile *profile, const char *name,
                                  struct moments *ret) {
  _cleanup_error_ struct error *err = moments_read(profile, ret);
  if (err && err->code != ERROR_BAD_INPUT)
    return no_cleanup_ptr(err);
  if (err) {
    moments_init(ret);
    message("%s: %s; the page is without time", name, err->message);
  }
  return NULL;
}

static struct error *document_of_one(const char *path, struct page_options facts,
                                     struct strbuf *ret) {
  _cleanup_profile_ struct profile *profile = NULL, *whole = NULL;
  _cleanup_advice_ struct advice advice = {0};
  struct report_options options;
  struct error *err = report_options_open(path, REPORT_FOLD | REPORT_MEANS, 0, &profile, &options);
  if (err)
    return err;
  struct page_profiles profiles = {.sides = {{options.profile_name, profile, options.via}},
                                   .n_sides = 1};
  bool advised = profile_sample_type(profile, "history_objects") >= 0;
  _cleanup_moments_ struct moments moments;
  err = read_moments(profile, options.profile_name, &moments);
  if (!err && advised)
    err = advise_on(path, &whole, &advice);
  facts.advice = advised ? &advice : NULL;
  facts.moments = &moments;
  return err ? err : make_document(&profiles, options.type, &facts, ret);
}

static struct error *document_of_two(const char *const *paths, const struct page_verdicts *verdicts,
                                     struct strbuf *ret) {
  _cleanup_profile_ struct profile *base = NULL, *new = NULL;
  struct report_options base_options, options;
  int flags = REPORT_PRUNE | REPORT_GROUPS | REPORT_MEANS;
  struct error *err = report_options_open(paths[0], flags, 0, &base, &base_options);
  if (!err)
    err = report_options_open(paths[1], flags, 0, &new, &options);
  if (!err && !options.all_frames)
    err = profile_fold_alike(base, new);
  if (err)
    return err;
  struct page_profiles profiles = {.sides = {{paths[0], base, NULL}, {paths[1], new, NULL}},
                                   .n_sides = 2};
  struct page_options facts = facts_of(verdicts);
  return make_document(&profiles, options.type, &facts, ret);
}

static struct error *document_of(const char *const *paths, size_t n,
                                 const struct page_verdicts *verdicts, struct strbuf *ret) {
  return n > 1 ? document_of_two(paths, verdicts, ret)
               : document_of_one(n ? paths[0] : NULL, facts_of(verdicts), ret);
}

struct error *page_input_document(const char *const *paths, size_t n, struct strbuf *ret) {
  return document_of(paths, n, NULL, ret);
}

struct error *page_input_html(const char *const *paths, size_t n, struct strbuf *ret) {
  _cleanup_strbuf_ struct strbuf document = STRBUF_INIT;
  struct error *err = page_input_document(paths, n, &document);
  return err ? err : page_html(&document, 1, PAGE_FILE, ret);
}

static struct error *write_documents(const struct strbuf *documents, size_t n, const char *output) {
  _cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
  FILE *out;
  struct error *err = page_html(documents, n, PAGE_FILE, &page);
  if (!err)
    err = output_open(output, &out);
  if (err)
    return err;
  fwrite(page.data, 1, page.length, out);
  return output_close(output, out);
}

struct error *page_input_write(const char *const *paths, size_t n,
                               const struct page_verdicts *verdicts, const char *output) {
  _cleanup_strbuf_ struct strbuf document = STRBUF_INIT;
  struct error *err = document_of(paths, n, verdicts, &document);
  return err ? err : write_documents(&document, 1, output);
}

struct error *page_input_write_run(const struct page_run_process *processes, size_t n,
                                   const struct page_verdicts *verdicts, const char *output) {
  struct strbuf documents[PAGE_RUN_MOST] = {0};
  struct page_process run[PAGE_RUN_MOST];
  struct page_options facts = facts_of(verdicts);
  struct error *err = NULL;
  for (size_t i = 0; i < n; i++)
    run[i] = processes[i].process;
  facts.run = run;
  facts.n_run = n > 1 ? n : 0;
  for (size_t i = 0; i < n && !err; i++)
    err = document_of_one(processes[i].path, i ? (struct page_options){0} : facts, &documents[i]);
  if (!err)
    err = write_documents(documents, n, output);
  for (size_t i = 0; i < n; i++)
    strbuf_deinit(&documents[i]);
  return err;
}

struct error *page_input_write_profiles(const struct page_side *sides, size_t n,
                                        const struct page_verdicts *verdicts, const char *output) {
  _cleanup_strbuf_ struct strbuf document = STRBUF_INIT;
  struct page_profiles profiles = {.n_sides = n};
  struct page_options facts = facts_of(verdicts);
  int shown;
  for (size_t i = 0; i < n; i++)
    profiles.sides[i] = sides[i];
  struct error *err = n > 1
                          ? profile_fold_alike(profiles.sides[0].profile, profiles.sides[1].profile)
                          : profile_fold(profiles.sides[0].profile, &profiles.sides[0].via);
  if (!err)
    err = figure_options_find_type(sides[n - 1].profile, sides[n - 1].name, &shown);
  if (!err)
    err = make_document(&profiles, shown, &facts, &document);
  return err ? err : write_documents(&document, 1, output);
}
