#include "build_profile.h"

#include "model/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_TYPES = 16, MAX_FRAMES = 256, MAX_LABELS = 16 };

/* Locations already made, by their text. */
struct known {
  char *text;
  uint32_t location;
};

struct state {
  struct profile *profile;
  struct known known[256];
  size_t n_known;
};

void assert_ok(struct error *err) {
  if (err)
    fail_msg("unexpected error: %s", err->message);
}

void assert_error(struct error *err, enum error_code code, const char *text) {
  assert_non_null(err);
  if (err->code != code || !strstr(err->message, text))
    fail_msg("error %d \"%s\" is not %d with \"%s\"", err->code, err->message, code, text);
  if (strchr(err->message, '\n'))
    fail_msg("error of two lines: %s", err->message);
  error_destroy(err);
}

static struct profile_value_type parse_type(char *text) {
  char *unit = strchr(text, '/');
  assert_non_null(unit);
  *unit = '\0';
  return (struct profile_value_type){.type = text, .unit = unit + 1};
}

static void parse_types(struct state *state, char *rest) {
  struct profile_value_type types[MAX_TYPES];
  size_t n = 0;
  for (char *word; (word = strsep(&rest, " "));)
    types[n++] = parse_type(word);
  assert_ok(profile_set_sample_types(state->profile, types, n));
}

static void parse_period(struct state *state, char *rest) {
  struct profile *profile = state->profile;
  profile->period = strtoll(strsep(&rest, " "), NULL, 0);
  struct profile_value_type type = parse_type(rest);
  profile->period_type.type = profile_string(profile, type.type);
  profile->period_type.unit = profile_string(profile, type.unit);
}

static void parse_mapping(struct state *state, char *rest) {
  struct profile_mapping mapping = {.has_functions = true};
  mapping.start = strtoull(strsep(&rest, " "), NULL, 0);
  mapping.limit = strtoull(strsep(&rest, " "), NULL, 0);
  mapping.offset = strtoull(strsep(&rest, " "), NULL, 0);
  mapping.file = profile_string(state->profile, strsep(&rest, " "));
  mapping.build_id = profile_string(state->profile, rest);
  assert_ok(profile_add_mapping(state->profile, &mapping, NULL));
}

static uint32_t find_function(struct profile *profile, const char *name, const char *file) {
  struct profile_function function = {.name = profile_string(profile, name),
                                      .system_name = profile_string(profile, name),
                                      .file = profile_string(profile, file)};
  for (size_t i = 0; i < profile->n_functions; i++)
    if (profile->functions[i].name == function.name && profile->functions[i].file == function.file)
      return (uint32_t)i;
  uint32_t index;
  assert_ok(profile_add_function(profile, &function, &index));
  return index;
}

static struct profile_line parse_line(struct profile *profile, char *text) {
  char *file = strchr(text, '@'), *line = file ? strrchr(file, ':') : NULL;
  if (file)
    *file++ = '\0';
  if (line)
    *line++ = '\0';
  return (struct profile_line){.function = find_function(profile, text, file ? file : ""),
                               .line = line ? strtoll(line, NULL, 10) : 0};
}

static uint32_t add_location(struct profile *profile, char *text) {
  struct profile_location location = {.mapping = PROFILE_NONE};
  char *place = strchr(text, '%');
  if (place) {
    *place++ = '\0';
    location.mapping = (uint32_t)strtoul(place, &place, 10);
    location.address = strtoull(place + 1, NULL, 0);
  }
  location.lines = profile_array(profile, MAX_FRAMES, sizeof(*location.lines));
  if (strcmp(text, "-") == 0)
    text = NULL;
  for (char *frame; (frame = strsep(&text, "<"));)
    location.lines[location.n_lines++] = parse_line(profile, frame);
  uint32_t index;
  assert_ok(profile_add_location(profile, &location, &index));
  return index;
}

static uint32_t find_location(struct state *state, char *text) {
  for (size_t i = 0; i < state->n_known; i++)
    if (strcmp(state->known[i].text, text) == 0)
      return state->known[i].location;
  struct known *known = &state->known[state->n_known++];
  known->text = strdup(text);
  known->location = add_location(state->profile, text);
  return known->location;
}

static struct profile_label parse_label(struct profile *profile, char *word) {
  char *value = strchr(word, '=');
  assert_non_null(value);
  *value++ = '\0';
  struct profile_label label = {.key = profile_string(profile, word),
                                .str = profile_string(profile, ""),
                                .unit = profile_string(profile, "")};
  if (*value == '\'') {
    label.str = profile_string_n(profile, value + 1, strlen(value) - 2);
    return label;
  }
  char *unit;
  label.num = strtoll(value, &unit, 10);
  label.unit = profile_string(profile, unit);
  return label;
}

static char *trim(char *s) {
  while (*s == ' ')
    s++;
  for (size_t n = strlen(s); n && s[n - 1] == ' ';)
    s[--n] = '\0';
  return s;
}

static void parse_sample(struct state *state, char *rest) {
  struct profile *profile = state->profile;
  char *values = trim(strsep(&rest, "|")), *stack = trim(strsep(&rest, "|"));
  char *labels = rest ? trim(rest) : NULL;
  struct profile_sample sample = {
      .values = profile_array(profile, profile->n_sample_types, sizeof(int64_t)),
      .locations = profile_array(profile, MAX_FRAMES, sizeof(uint32_t)),
      .labels = profile_array(profile, MAX_LABELS, sizeof(struct profile_label))};
  for (size_t i = 0; i < profile->n_sample_types; i++)
    sample.values[i] = strtoll(values, &values, 10);
  if (!*stack)
    stack = NULL;
  for (char *location; (location = strsep(&stack, ";"));)
    sample.locations[sample.n_locations++] = find_location(state, location);
  for (char *word; labels && (word = strsep(&labels, " "));)
    sample.labels[sample.n_labels++] = parse_label(profile, word);
  assert_ok(profile_add_sample(profile, &sample));
}

static void line_parse(struct state *state, char *line) {
  struct profile *profile = state->profile;
  char *rest = line, *word = strsep(&rest, " ");
  if (strcmp(word, "types") == 0)
    parse_types(state, rest);
  else if (strcmp(word, "period") == 0)
    parse_period(state, rest);
  else if (strcmp(word, "mapping") == 0)
    parse_mapping(state, rest);
  else if (strcmp(word, "sample") == 0)
    parse_sample(state, rest);
  else if (strcmp(word, "drop") == 0)
    profile->drop_frames = profile_string(profile, rest);
  else if (strcmp(word, "keep") == 0)
    profile->keep_frames = profile_string(profile, rest);
  else if (strcmp(word, "default") == 0)
    profile->default_sample_type = profile_string(profile, rest);
  else if (strcmp(word, "time") == 0)
    profile->time_nanos = strtoll(rest, NULL, 10);
  else if (strcmp(word, "duration") == 0)
    profile->duration_nanos = strtoll(rest, NULL, 10);
  else if (strcmp(word, "comment") == 0)
    assert_ok(profile_add_comment(profile, rest));
  else
    fail_msg("no such directive: %s", word);
}

struct profile *build_profile(const char *text) {
  struct state state = {0};
  assert_ok(profile_create(&state.profile));
  char *copy = strdup(text), *rest = copy;
  for (char *line; (line = strsep(&rest, "\n"));)
    if (*(line = trim(line)))
      line_parse(&state, line);
  for (size_t i = 0; i < state.n_known; i++)
    free(state.known[i].text);
  free(copy);
  return state.profile;
}

int64_t sample_value(const struct profile *profile, size_t sample, const char *type) {
  int i = profile_sample_type(profile, type);
  assert_true(i >= 0);
  assert_true(sample < profile->n_samples);
  return profile->samples[sample].values[i];
}

const char *stack_text(const struct profile *profile, size_t sample) {
  static char text[4096];
  size_t n = 0;
  struct arena arena = ARENA_INIT;
  assert_true(sample < profile->n_samples);
  text[0] = '\0';
  for (uint32_t i = 0; i < profile->samples[sample].n_locations; i++) {
    const struct profile_location *location =
        &profile->locations[profile->samples[sample].locations[i]];
    for (uint32_t j = 0; j < profile_n_frames(location); j++)
      n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ";" : "",
                            profile_frame_name(profile, location, j, &arena));
  }
  arena_deinit(&arena);
  return text;
}
