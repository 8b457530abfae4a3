/* Writes the profiles whose truth the tests of the command know: `make_profiles DIR`.
 *
 * shop.pb.gz, exact, everything allocated through malloc, which drop_frames hides:
 *   parse  <- main            10 of 1 KiB, 5 alive, 8 at the peak    (parse.c:12)
 *   parse  <- parse <- main   1 of 512 B, freed, alive at the peak   (parse.c:14, called at :15)
 *   index  <- load <- main    4 of 1 MiB, 2 alive, 3 at the peak     (index inlined into load)
 *   main                      2 of 32 B, never freed                 (main.c:22)
 * shop2.pb.gz: the same with 2 more of 1 MiB in index, without the last line, other addresses.
 * sampled.pb.gz: at one sample every 512 KiB on average, 51250 objects of 1 KiB by worker.
 * hostile.pb.gz: names with control characters, broken UTF-8, wide and reordering characters.
 * life.pb.gz: process 4711, 5 objects of 100 bytes by main, 3 of which were freed and lived for 2 ms
 * together.
 * wide.pb.gz: 29 functions with names of 200 columns, one of 60 characters of two columns. */
#include "base/cleanup.h"
#include "model/profile.h"
#include "pprof/write_file.h"

#include <stdio.h>
#include <string.h>

enum { N_TYPES = 6 };

static const struct profile_value_type types[N_TYPES] = {
    {"alloc_objects", "count"}, {"alloc_space", "bytes"},  {"inuse_objects", "count"},
    {"inuse_space", "bytes"},   {"peak_objects", "count"}, {"peak_space", "bytes"},
};

static void exit_on(struct error *err) {
  if (!err)
    return;
  fprintf(stderr, "make_profiles: %s\n", err->message);
  exit(1);
}

static struct profile *new_profile(uint64_t base) {
  struct profile *profile;
  struct profile_value_type interned[N_TYPES];
  exit_on(profile_create(&profile));
  for (size_t i = 0; i < N_TYPES; i++) {
    interned[i].type = profile_string(profile, types[i].type);
    interned[i].unit = profile_string(profile, types[i].unit);
  }
  exit_on(profile_set_sample_types(profile, interned, N_TYPES));
  profile->default_sample_type = profile_string(profile, "alloc_space");
  profile->period_type = interned[1];
  profile->period = 1;
  profile->time_nanos = 1700000000000000000;
  profile->duration_nanos = 1500000000;
  profile->drop_frames = profile_string(profile, "malloc|operator new.*");
  profile->keep_frames = profile_string(profile, "");
  struct profile_mapping mapping = {.start = base,
                                    .limit = base + 0x100000,
                                    .file = profile_string(profile, "/usr/bin/shop"),
                                    .build_id = profile_string(profile, "deadbeef"),
                                    .has_functions = true,
                                    .has_filenames = true,
                                    .has_line_numbers = true,
                                    .has_inline_frames = true};
  exit_on(profile_add_mapping(profile, &mapping, NULL));
  return profile;
}

static uint32_t function(struct profile *profile, const char *name, const char *file,
                         int64_t start) {
  uint32_t index;
  struct profile_function item = {profile_string(profile, name), profile_string(profile, name),
                                  profile_string(profile, file), start};
  exit_on(profile_add_function(profile, &item, &index));
  return index;
}

/* A location of mapping 0 with up to two lines: `inlined` (function PROFILE_NONE: none) in `outer`.
 */
static uint32_t location(struct profile *profile, struct profile_line inlined,
                         struct profile_line outer) {
  uint32_t index, n = inlined.function == PROFILE_NONE ? 1 : 2;
  struct profile_location item = {.n_lines = n,
                                  .address = profile->mappings[0].start + 0x1000 +
                                             16 * profile->n_locations,
                                  .lines = profile_array(profile, n, sizeof(*item.lines))};
  item.lines[0] = n == 1 ? outer : inlined;
  item.lines[n - 1] = outer;
  exit_on(profile_add_location(profile, &item, &index));
  return index;
}

static uint32_t plain(struct profile *profile, uint32_t fn, int64_t line) {
  return location(profile, (struct profile_line){PROFILE_NONE, 0}, (struct profile_line){fn, line});
}

struct counts {
  int64_t alloc, inuse, peak; /* objects */
};

/* One sample of objects of `size` bytes; `rate` 0: no label. */
static void sample(struct profile *profile, const uint32_t *stack, uint32_t n, int64_t size,
                   int64_t rate, struct counts counts) {
  struct profile_sample item = {
      .n_locations = n,
      .n_labels = rate ? 2 : 1,
      .locations = profile_array(profile, n, sizeof(*item.locations)),
      .values = profile_array(profile, N_TYPES, sizeof(*item.values)),
      .labels = profile_array(profile, 2, sizeof(*item.labels)),
  };
  memcpy(item.locations, stack, n * sizeof(*stack));
  const int64_t objects[] = {counts.alloc, counts.inuse, counts.peak};
  for (size_t i = 0; i < 3; i++) {
    item.values[2 * i] = objects[i];
    item.values[2 * i + 1] = objects[i] * size;
  }
  item.labels[0] =
      (struct profile_label){profile_string(profile, PROFILE_LABEL_BYTES),
                             profile_string(profile, ""), size, profile_string(profile, "bytes")};
  item.labels[1] =
      (struct profile_label){profile_string(profile, PROFILE_LABEL_RATE),
                             profile_string(profile, ""), rate, profile_string(profile, "bytes")};
  exit_on(profile_add_sample(profile, &item));
}

static void write_profile(struct profile *profile, const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  exit_on(pprof_write_file(profile, path));
  profile_destroy(profile);
}

static void make_shop(const char *folder, const char *name, bool second) {
  struct profile *p = new_profile(second ? 0x7f0000000000 : 0x400000);
  char parse_c[4096], main_c[4096];
  snprintf(parse_c, sizeof(parse_c), "%s/src/parse.c", folder);
  snprintf(main_c, sizeof(main_c), "%s/src/main.c", folder);
  uint32_t malloc_fn = function(p, "malloc", "", 0);
  uint32_t parse = function(p, "parse", parse_c, 10), load = function(p, "load", "load.c", 30);
  uint32_t index = function(p, "index", "index.h", 5), main_fn = function(p, "main", main_c, 18);
  uint32_t m = plain(p, malloc_fn, 0);
  uint32_t parse12 = plain(p, parse, 12), parse14 = plain(p, parse, 14);
  uint32_t parse15 = plain(p, parse, 15);
  uint32_t load33 = location(p, (struct profile_line){index, 7}, (struct profile_line){load, 33});
  uint32_t main20 = plain(p, main_fn, 20), main21 = plain(p, main_fn, second ? 25 : 21);
  uint32_t main22 = plain(p, main_fn, 22);
  sample(p, (uint32_t[]){m, parse12, main20}, 3, 1024, 0, (struct counts){10, 5, 8});
  sample(p, (uint32_t[]){m, parse14, parse15, main20}, 4, 512, 0, (struct counts){1, 0, 1});
  sample(p, (uint32_t[]){m, load33, main21}, 3, 1 << 20, 0,
         second ? (struct counts){6, 4, 5} : (struct counts){4, 2, 3});
  if (!second)
    sample(p, (uint32_t[]){m, main22}, 2, 32, 0, (struct counts){2, 2, 2});
  exit_on(profile_add_comment(p, profile_string(p, "command: ./shop")));
  write_profile(p, folder, name);
}

static void make_sampled(const char *folder) {
  struct profile *p = new_profile(0x400000);
  uint32_t main_fn = function(p, "main", "main.c", 1), worker = function(p, "worker", "w.c", 1);
  uint32_t stack[] = {plain(p, worker, 5), plain(p, main_fn, 2)};
  sample(p, stack, 2, 1024, 512 << 10, (struct counts){51250, 0, 51250});
  p->period = 512 << 10;
  write_profile(p, folder, "sampled.pb.gz");
}

static void make_hostile(const char *folder) {
  static const char *const names[] = {
      "red\033[31malert",
      "two\nlines",
      "broken\xff\xc0utf8",
      "right\xe2\x80\xae left",
      "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",
      "semi;colon,\"quote\"",
  };
  struct profile *p = new_profile(0x400000);
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
    uint32_t stack[] = {plain(p, function(p, names[i], "/tmp/\033]0;x\007.c", 1), 3)};
    sample(p, stack, 1, 1 << (10 - i), 0, (struct counts){1, 1, 1});
  }
  exit_on(profile_add_comment(p, profile_string(p, "evil \033[2J comment")));
  write_profile(p, folder, "hostile.pb.gz");
}

static void make_wide(const char *folder) {
  struct profile *p = new_profile(0x400000);
  for (int i = 0; i < 30; i++) {
    char name[256];
    snprintf(name, sizeof(name), "begin_%02d_%0180d_end_%02d", i, 0, i);
    for (size_t c = 0; i == 29 && c < 60; c++)
      strcpy(name + 3 * c, "\xe6\xbc\xa2");
    uint32_t stack[] = {plain(p, function(p, name, "wide.cc", 1), i + 1)};
    sample(p, stack, 1, 1000 - i, 0, (struct counts){1, 1, 1});
  }
  write_profile(p, folder, "wide.pb.gz");
}

static void make_life(const char *folder) {
  static const struct profile_value_type with_life[] = {
      {"alloc_objects", "count"}, {"alloc_space", "bytes"},  {"inuse_objects", "count"},
      {"inuse_space", "bytes"},   {"peak_objects", "count"}, {"peak_space", "bytes"},
      {"lifetime", "nanoseconds"}};
  enum { N = sizeof(with_life) / sizeof(*with_life) };
  struct profile *p = new_profile(0x400000);
  struct profile_value_type interned[N];
  for (size_t i = 0; i < N; i++)
    interned[i] = (struct profile_value_type){profile_string(p, with_life[i].type),
                                              profile_string(p, with_life[i].unit)};
  exit_on(profile_set_sample_types(p, interned, N));
  uint32_t stack[] = {plain(p, function(p, "main", "main.c", 1), 2)};
  int64_t values[N] = {5, 500, 2, 200, 4, 400, 2000000};
  struct profile_sample item = {.n_locations = 1,
                                .locations = profile_array(p, 1, sizeof(*item.locations)),
                                .values = profile_array(p, N, sizeof(*item.values))};
  memcpy(item.locations, stack, sizeof(stack));
  memcpy(item.values, values, sizeof(values));
  exit_on(profile_add_sample(p, &item));
  exit_on(profile_add_comment(p, profile_string(p, "command: ./shop --fast 'a b'")));
  exit_on(profile_add_comment(p, profile_string(p, "process: pid=4711 parent=1 generation=0")));
  write_profile(p, folder, "life.pb.gz");
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  make_shop(argv[1], "shop.pb.gz", false);
  make_shop(argv[1], "shop2.pb.gz", true);
  make_sampled(argv[1]);
  make_hostile(argv[1]);
  make_wide(argv[1]);
  make_life(argv[1]);
  return 0;
}
