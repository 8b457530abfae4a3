/* Looks up what the fixtures print (fixture/here.h) and compares.
 *
 * lookup [OPTION...] < records: exit 0 if every record's functions and line are what it says, else
 * 1 with the differences on stderr. Options:
 *   --file FILE        the records' file is now at FILE
 *   --build-id HEX     what the profile says of its build-id
 *   --debug-dirs DIRS  --cache DIR
 *   --no-lines         compare the functions only, and of those only the real one (no inlining)
 *   --print            print what was found, one frame a line, and compare nothing
 *   --quiet            neither print nor compare: it is enough to survive */
#include "model/profile.h"
#include "symbol/symbolize.h"

#include "base/cleanup.h"

#include <getopt.h>
#include <string.h>

enum { MAX_RECORDS = 4096 };

struct record {
  unsigned long offset;
  int line;
  char functions[512];
};

static const char *file, *build_id = "", *debug_dirs, *cache_dir;
static int no_lines, print, quiet;

static struct record records[MAX_RECORDS];
static char record_file[4352];
static size_t n_records;

static void read_records(void) {
  char text[8192];
  while (n_records < MAX_RECORDS && fgets(text, sizeof(text), stdin)) {
    struct record *r = &records[n_records];
    if (sscanf(text, "%4351[^\t]\t%lx\t%d\t%511[^\n]", record_file, &r->offset, &r->line,
               r->functions) == 4)
      n_records++;
  }
}

static void warn(const char *message, void *context) {
  (void)context;
  if (!quiet)
    fprintf(stderr, "warning: %s\n", message);
}

/* One mapping that shows the whole file, at an address as a loader would choose. */
static struct error *make_profile(struct profile **ret) {
  const uint64_t start = 0x7f1234000000;
  struct error *err = profile_create(ret);
  if (err)
    return err;
  struct profile *p = *ret;
  struct profile_value_type type = {profile_string(p, "space"), profile_string(p, "bytes")};
  err = profile_set_sample_types(p, &type, 1);
  struct profile_mapping mapping = {.start = start,
                                    .limit = start + (1 << 30),
                                    .file = profile_string(p, file ? file : record_file),
                                    .build_id = profile_string(p, build_id)};
  if (!err)
    err = profile_add_mapping(p, &mapping, NULL);
  for (size_t i = 0; i < n_records && !err; i++) {
    struct profile_location location = {.mapping = 0, .address = start + records[i].offset};
    err = profile_add_location(p, &location, NULL);
  }
  return err;
}

static void print_location(const struct profile *p, const struct profile_location *l) {
  const struct profile_mapping *m = &p->mappings[0];
  printf("%lx%s %d%d%d%d\n", (unsigned long)(l->address - m->start), l->is_folded ? " folded" : "",
         m->has_functions, m->has_filenames, m->has_line_numbers, m->has_inline_frames);
  for (uint32_t i = 0; i < l->n_lines; i++) {
    const struct profile_function *f = &p->functions[l->lines[i].function];
    printf("%s\t%s\t%s:%ld\t%ld\n", f->name, f->system_name, f->file, (long)l->lines[i].line,
           (long)f->start_line);
  }
}

static void functions_of(const struct profile *p, const struct profile_location *l,
                         char ret[static 4096]) {
  size_t n = 0;
  ret[0] = '\0';
  for (uint32_t i = no_lines ? l->n_lines - 1 : 0; i < l->n_lines && n < 4096; i++)
    n += (size_t)snprintf(ret + n, 4096 - n, "%s%s", n ? ";" : "",
                          p->functions[l->lines[i].function].name);
}

static bool is_right(const struct profile *p, const struct profile_location *l,
                     const struct record *r) {
  char found[4096];
  functions_of(p, l, found);
  const char *expected = r->functions, *last = strrchr(expected, ';');
  if (no_lines && last)
    expected = last + 1;
  bool right = !strcmp(found, expected) && (no_lines || l->lines[0].line == r->line);
  if (!right)
    fprintf(stderr, "%lx: expected %s line %d, found %s line %ld\n", r->offset, expected, r->line,
            found, (long)l->lines[0].line);
  return right;
}

static int compare(const struct profile *p) {
  int status = n_records == 0;
  for (size_t i = 0; i < n_records; i++) {
    if (print)
      print_location(p, &p->locations[i]);
    else if (!quiet && !is_right(p, &p->locations[i], &records[i]))
      status = 1;
  }
  return status;
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"file", 1, NULL, 'f'},        {"build-id", 1, NULL, 'b'},
                                          {"debug-dirs", 1, NULL, 'd'},  {"cache", 1, NULL, 'c'},
                                          {"no-lines", 0, &no_lines, 1}, {"print", 0, &print, 1},
                                          {"quiet", 0, &quiet, 1},       {0}};
  for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    const char **values[] = {
        ['f'] = &file, ['b'] = &build_id, ['d'] = &debug_dirs, ['c'] = &cache_dir};
    if (c == '?')
      return 2;
    if (c)
      *values[c] = optarg;
  }
  read_records();
  _cleanup_profile_ struct profile *p = NULL;
  _cleanup_error_ struct error *err = make_profile(&p);
  struct symbolize_options how = {
      .no_cache = !cache_dir, .cache_dir = cache_dir, .debug_dirs = debug_dirs, .warn = warn};
  if (!err)
    err = symbolize_profile(p, &how);
  if (err) {
    fprintf(stderr, "%s\n", err->message);
    return 2;
  }
  return compare(p);
}
