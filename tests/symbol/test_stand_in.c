/* Locations that no file names; locations that have names; a second time over a profile. */
#include "symbol/symbolize.h"

#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include <cmocka.h>

static struct profile *profile;

static int setup(void **state) {
  (void)state;
  assert_null(profile_create(&profile));
  struct profile_value_type type = {profile_string(profile, "space"),
                                    profile_string(profile, "bytes")};
  assert_null(profile_set_sample_types(profile, &type, 1));
  return 0;
}

static int teardown(void **state) {
  (void)state;
  profile_destroy(profile);
  return 0;
}

static uint32_t add_mapping(const char *file, const char *build_id) {
  struct profile_mapping mapping = {.start = 0x10000,
                                    .limit = 0x20000,
                                    .file = profile_string(profile, file),
                                    .build_id = profile_string(profile, build_id)};
  uint32_t index;
  assert_null(profile_add_mapping(profile, &mapping, &index));
  return index;
}

static uint32_t add_location(uint32_t mapping, uint64_t address) {
  struct profile_location location = {.mapping = mapping, .address = address};
  uint32_t index;
  assert_null(profile_add_location(profile, &location, &index));
  return index;
}

static void symbolize(void) {
  struct symbolize_options options = {.no_cache = true};
  assert_null(symbolize_profile(profile, &options));
}

static const char *name_of(uint32_t location) {
  const struct profile_location *l = &profile->locations[location];
  assert_int_equal(l->n_lines, 1);
  return profile->functions[l->lines[0].function].name;
}

static void test_names_of_the_nameless(void **state) {
  (void)state;
  uint32_t none = add_location(PROFILE_NONE, 0x1234);
  uint32_t heap = add_location(add_mapping("[heap]", ""), 0x10010);
  uint32_t anonymous = add_location(add_mapping("//anon", ""), 0x10020);
  uint32_t empty = add_location(add_mapping("", ""), 0x10030);
  uint32_t missing = add_location(add_mapping("/no/such/libgone.so.1", ""), 0x10040);
  symbolize();
  assert_string_equal(name_of(none), "[unknown]");
  assert_string_equal(name_of(heap), "[heap]");
  assert_string_equal(name_of(anonymous), "[anon]");
  assert_string_equal(name_of(empty), "[unknown]");
  assert_string_equal(name_of(missing), "libgone+0x40"); /* address less start */
  for (size_t i = 0; i < profile->n_mappings; i++)
    assert_false(profile->mappings[i].has_functions);
}

static void test_again_adds_nothing(void **state) {
  (void)state;
  uint32_t missing = add_location(add_mapping("/no/such/libgone.so.1", ""), 0x10040);
  symbolize();
  size_t n = profile->n_functions;
  symbolize();
  assert_int_equal(profile->n_functions, n);
  assert_string_equal(name_of(missing), "libgone+0x40");
}

/* pprof's graphs break names at dots: the version of a library is left out. */
static void test_names_of_files_with_dots(void **state) {
  (void)state;
  static const char *const names[][2] = {{"/lib/libstdc++.so.6", "libstdc+++0x40"},
                                         {"/lib/plugin.so", "plugin+0x40"},
                                         {"/lib/libpython3.11.so.1.0", "libpython3.11+0x40"},
                                         {"/bin/my.sock", "my.sock+0x40"},
                                         {"/bin/.so", ".so+0x40"}};
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
    uint32_t missing = add_location(add_mapping(names[i][0], ""), 0x10040);
    symbolize();
    assert_string_equal(name_of(missing), names[i][1]);
  }
}

static void test_names_of_earlier_versions_are_stand_ins(void **state) {
  (void)state;
  uint32_t location = add_location(add_mapping("/no/such/libgone.so.1", ""), 0x10040);
  const char *name = profile_string(profile, "libgone.so.1+0x40");
  struct profile_function function = {
      .name = name, .system_name = name, .file = profile_string(profile, "")};
  uint32_t index;
  assert_null(profile_add_function(profile, &function, &index));
  struct profile_line *lines = profile_array(profile, 1, sizeof(*lines));
  *lines = (struct profile_line){index, 0};
  profile->locations[location].lines = lines;
  profile->locations[location].n_lines = 1;
  symbolize();
  assert_string_equal(name_of(location), "libgone+0x40");
}

static void test_names_are_kept(void **state) {
  (void)state;
  uint32_t location = add_location(add_mapping("/no/such/libgone.so.1", ""), 0x10040);
  struct profile_function function = {.name = profile_string(profile, "known"),
                                      .system_name = profile_string(profile, "known"),
                                      .file = profile_string(profile, "known.c")};
  uint32_t index;
  assert_null(profile_add_function(profile, &function, &index));
  struct profile_line *lines = profile_array(profile, 1, sizeof(*lines));
  *lines = (struct profile_line){index, 7};
  profile->locations[location].lines = lines;
  profile->locations[location].n_lines = 1;
  struct symbolize_options options = {.no_cache = true, .force = true};
  assert_null(symbolize_profile(profile, &options));
  assert_string_equal(name_of(location), "known");
}

static const char *vdso(void) {
  return (const char *)getauxval(AT_SYSINFO_EHDR);
}

/* Notes are (name size, content size, type, name, content), padded to 4 (elf(5)); type 3 of "GNU"
 * is the build-id. */
static void find_build_id(const char *note, const char *end, char ret[static 64]) {
  while (note + 12 < end) {
    ElfW(Nhdr) header;
    memcpy(&header, note, sizeof(header));
    const char *content = note + 12 + (header.n_namesz + 3) / 4 * 4;
    for (unsigned k = 0; header.n_type == 3 && !strcmp(note + 12, "GNU") && k < header.n_descsz;
         k++)
      snprintf(ret + (size_t)2 * k, 3, "%02x", (unsigned char)content[k]);
    note = content + (header.n_descsz + 3) / 4 * 4;
  }
}

static uint64_t find_symbol(const ElfW(Shdr) * symbols, const ElfW(Shdr) * strings,
                            const char *name) {
  const ElfW(Sym) *symbol = (const void *)(vdso() + symbols->sh_offset);
  for (size_t k = 0; k < symbols->sh_size / sizeof(*symbol); k++)
    if (!strcmp(vdso() + strings->sh_offset + symbol[k].st_name, name))
      return symbol[k].st_value;
  return 0;
}

/* Our own vdso exports clock_gettime; its dynamic symbol says where. */
static void test_vdso(void **state) {
  (void)state;
  assert_non_null(vdso());
  const ElfW(Ehdr) *ehdr = (const void *)vdso();
  const ElfW(Shdr) *sections = (const void *)(vdso() + ehdr->e_shoff);
  char build_id[64] = "";
  uint64_t address = 0;
  for (int i = 0; i < ehdr->e_shnum; i++) {
    const char *contents = vdso() + sections[i].sh_offset;
    if (sections[i].sh_type == SHT_NOTE)
      find_build_id(contents, contents + sections[i].sh_size, build_id);
    if (sections[i].sh_type == SHT_DYNSYM)
      address = find_symbol(&sections[i], &sections[sections[i].sh_link], "__vdso_clock_gettime");
  }
  assert_true(*build_id && address);
  uint32_t right = add_location(add_mapping("[vdso]", build_id), 0x10000 + address + 1);
  uint32_t other = add_location(add_mapping("[vdso]", "0123"), 0x10000 + address + 1);
  uint32_t unsaid = add_location(add_mapping("[vdso]", ""), 0x10000 + address + 1);
  symbolize();
  assert_non_null(strstr(name_of(right), "clock_gettime"));
  assert_string_equal(name_of(other), "[vdso]");
  assert_string_equal(name_of(unsaid), "[vdso]");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_names_of_the_nameless, setup, teardown),
      cmocka_unit_test_setup_teardown(test_again_adds_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(test_names_of_files_with_dots, setup, teardown),
      cmocka_unit_test_setup_teardown(test_names_of_earlier_versions_are_stand_ins, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(test_names_are_kept, setup, teardown),
      cmocka_unit_test_setup_teardown(test_vdso, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
