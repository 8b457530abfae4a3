#include "same_profile.h"

#include "test.h"

static void assert_same_type(const struct profile_value_type *a,
                             const struct profile_value_type *b) {
  assert_string_equal(a->type, b->type);
  assert_string_equal(a->unit, b->unit);
}

static void assert_same_header(const struct profile *a, const struct profile *b) {
  assert_int_equal(a->n_sample_types, b->n_sample_types);
  for (size_t i = 0; i < a->n_sample_types; i++)
    assert_same_type(&a->sample_types[i], &b->sample_types[i]);
  assert_same_type(&a->period_type, &b->period_type);
  assert_string_equal(a->default_sample_type, b->default_sample_type);
  assert_string_equal(a->drop_frames, b->drop_frames);
  assert_string_equal(a->keep_frames, b->keep_frames);
  assert_int_equal(a->period, b->period);
  assert_int_equal(a->time_nanos, b->time_nanos);
  assert_int_equal(a->duration_nanos, b->duration_nanos);
  assert_int_equal(a->n_comments, b->n_comments);
  for (size_t i = 0; i < a->n_comments; i++)
    assert_string_equal(a->comments[i], b->comments[i]);
}

static void assert_same_mapping(const struct profile_mapping *a, const struct profile_mapping *b) {
  assert_int_equal(a->start, b->start);
  assert_int_equal(a->limit, b->limit);
  assert_int_equal(a->offset, b->offset);
  assert_string_equal(a->file, b->file);
  assert_string_equal(a->build_id, b->build_id);
  assert_int_equal(a->has_functions, b->has_functions);
  assert_int_equal(a->has_filenames, b->has_filenames);
  assert_int_equal(a->has_line_numbers, b->has_line_numbers);
  assert_int_equal(a->has_inline_frames, b->has_inline_frames);
}

static void assert_same_function(const struct profile_function *a,
                                 const struct profile_function *b) {
  assert_string_equal(a->name, b->name);
  assert_string_equal(a->system_name, b->system_name);
  assert_string_equal(a->file, b->file);
  assert_int_equal(a->start_line, b->start_line);
}

static void assert_same_location(const struct profile_location *a,
                                 const struct profile_location *b) {
  assert_int_equal(a->mapping, b->mapping);
  assert_int_equal(a->address, b->address);
  assert_int_equal(a->is_folded, b->is_folded);
  assert_int_equal(a->n_lines, b->n_lines);
  for (uint32_t i = 0; i < a->n_lines; i++) {
    assert_int_equal(a->lines[i].function, b->lines[i].function);
    assert_int_equal(a->lines[i].line, b->lines[i].line);
  }
}

static void assert_same_sample(const struct profile_sample *a, const struct profile_sample *b,
                               size_t n_values) {
  assert_int_equal(a->n_locations, b->n_locations);
  for (uint32_t i = 0; i < a->n_locations; i++)
    assert_int_equal(a->locations[i], b->locations[i]);
  for (size_t i = 0; i < n_values; i++)
    assert_int_equal(a->values[i], b->values[i]);
  assert_int_equal(a->n_labels, b->n_labels);
  for (uint32_t i = 0; i < a->n_labels; i++) {
    assert_string_equal(a->labels[i].key, b->labels[i].key);
    assert_string_equal(a->labels[i].str, b->labels[i].str);
    assert_string_equal(a->labels[i].unit, b->labels[i].unit);
    assert_int_equal(a->labels[i].num, b->labels[i].num);
  }
}

void assert_same_profile(const struct profile *a, const struct profile *b) {
  assert_same_header(a, b);
  assert_int_equal(a->n_mappings, b->n_mappings);
  for (size_t i = 0; i < a->n_mappings; i++)
    assert_same_mapping(&a->mappings[i], &b->mappings[i]);
  assert_int_equal(a->n_functions, b->n_functions);
  for (size_t i = 0; i < a->n_functions; i++)
    assert_same_function(&a->functions[i], &b->functions[i]);
  assert_int_equal(a->n_locations, b->n_locations);
  for (size_t i = 0; i < a->n_locations; i++)
    assert_same_location(&a->locations[i], &b->locations[i]);
  assert_int_equal(a->n_samples, b->n_samples);
  for (size_t i = 0; i < a->n_samples; i++)
    assert_same_sample(&a->samples[i], &b->samples[i], a->n_sample_types);
}

static void assert_valid_location(const struct profile *profile,
                                  const struct profile_location *location) {
  assert_true(location->mapping == PROFILE_NONE || location->mapping < profile->n_mappings);
  for (uint32_t i = 0; i < location->n_lines; i++)
    assert_true(location->lines[i].function < profile->n_functions);
}

void assert_valid_profile(const struct profile *profile) {
  assert_true(profile->n_sample_types > 0);
  for (size_t i = 0; i < profile->n_locations; i++)
    assert_valid_location(profile, &profile->locations[i]);
  for (size_t i = 0; i < profile->n_functions; i++)
    assert_true(profile->functions[i].name && profile->functions[i].system_name &&
                profile->functions[i].file);
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    assert_true(profile->n_sample_types == 0 || sample->values != NULL);
    for (uint32_t j = 0; j < sample->n_locations; j++)
      assert_true(sample->locations[j] < profile->n_locations);
    for (uint32_t j = 0; j < sample->n_labels; j++)
      assert_true(sample->labels[j].key && sample->labels[j].str && sample->labels[j].unit);
  }
}
