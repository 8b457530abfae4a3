/* Which of C++'s operators an object imports or defines (shim/frees/imports.h), by dynamic sections
 * that the tests make up. Names as of the C++ ABI for x86-64: new takes an unsigned long (m), delete
 * a void * (Pv). */
#include "shim/frees/imports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SYMBOLS = 8 };
static char strings[256];
static ElfW(Sym) symbols[SYMBOLS];
static ElfW(Rela) relocations[SYMBOLS];
static unsigned n_symbols;
static size_t strings_size;

static int begin(void **state) {
  (void)state;
  memset(symbols, 0, sizeof(symbols));
  n_symbols = strings_size = 1; /* the first symbol and the first string are empty */
  return 0;
}

static void add_symbol(const char *name, uint16_t section) {
  symbols[n_symbols] = (ElfW(Sym)){.st_name = (uint32_t)strings_size, .st_shndx = section};
  relocations[n_symbols] = (ElfW(Rela)){.r_info = ELF64_R_INFO((uint64_t)n_symbols, 1)};
  n_symbols++;
  strcpy(strings + strings_size, name);
  strings_size += strlen(name) + 1;
}

enum { PLT = 1, NOT_RELA = 2 };

/* `relative`: the relocations before that one name no symbol. */
static unsigned found(int how, size_t relative) {
  static const ElfW(Rela) none;
  ElfW(Dyn) section[] = {
      {DT_SYMTAB, {.d_ptr = (uintptr_t)symbols}},
      {DT_STRTAB, {.d_ptr = (uintptr_t)strings}},
      {DT_PLTREL, {.d_val = how & NOT_RELA ? DT_REL : DT_RELA}},
      {DT_RELA, {.d_ptr = how & PLT ? (uintptr_t)&none : (uintptr_t)relocations}},
      {DT_RELASZ, {.d_val = how & PLT ? 0 : n_symbols * sizeof(relocations[0])}},
      {DT_RELACOUNT, {.d_val = relative}},
      {how & PLT ? DT_JMPREL : DT_NULL, {.d_ptr = (uintptr_t)relocations}},
      {DT_PLTRELSZ, {.d_val = n_symbols * sizeof(relocations[0])}},
      {DT_NULL, {0}},
  };
  struct link_map map = {.l_ld = section};
  return imports_operators(&map);
}

static unsigned of(const char *name) {
  begin(NULL);
  add_symbol(name, SHN_UNDEF);
  unsigned by_data = found(0, 0), by_plt = found(PLT, 0);
  assert_int_equal(by_data, by_plt);
  return by_data;
}

static void each_operator_is_told_by_its_name(void **state) {
  (void)state;
  static const char *const new[] = {"_Znwm", "_Znam", "_ZnwmSt11align_val_t",
                                    "_ZnamRKSt9nothrow_t"};
  static const char *const delete[] = {"_ZdlPv", "_ZdaPv", "_ZdlPvm", "_ZdaPvSt11align_val_t"};
  for (int i = 0; i < 4; i++) {
    assert_int_equal(of(new[i]), IMPORTS_NEW);
    assert_int_equal(of(delete[i]), IMPORTS_DELETE);
  }
}

/* Each differs from an operator in one letter, or is one of a class. */
static void other_names_are_none(void **state) {
  (void)state;
  static const char *const other[] = {"malloc", "ZZnwm",  "_znwm",     "_Zmwm",     "_Znxm",
                                      "_Znwj",  "_Znaj",  "_Zdxpv",    "_ZdlPw",    "_ZdlQv",
                                      "_ZdmPv", "_ZelPv", "_ZN1AnwEm", "_ZN1AdlEPv"};
  for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
    assert_int_equal(of(other[i]), 0);
}

static void one_that_the_object_has_itself_is_defined(void **state) {
  (void)state;
  add_symbol("_Znwm", 7);
  assert_int_equal(found(0, 0), DEFINES_OPERATORS);
  add_symbol("_ZdlPv", SHN_UNDEF);
  assert_int_equal(found(0, 0), DEFINES_OPERATORS | IMPORTS_DELETE);
  add_symbol("malloc", 7);
  add_symbol("_Znam", SHN_UNDEF);
  assert_int_equal(found(0, 0), DEFINES_OPERATORS | IMPORTS_DELETE | IMPORTS_NEW);
}

static void relative_relocations_are_passed_over(void **state) {
  (void)state;
  add_symbol("_Znwm", SHN_UNDEF);
  add_symbol("_ZdlPv", SHN_UNDEF);
  assert_int_equal(found(0, 2), IMPORTS_DELETE);
  assert_int_equal(found(0, 3), 0);
  assert_int_equal(found(PLT, 3), IMPORTS_NEW | IMPORTS_DELETE);
}

/* Nothing is read of tables of another form, or where the loader has made no address absolute. */
static void other_tables_are_not_read(void **state) {
  (void)state;
  add_symbol("_Znwm", SHN_UNDEF);
  assert_int_equal(found(NOT_RELA, 0), 0);
  ElfW(Dyn) section[] = {{DT_SYMTAB, {.d_ptr = (uintptr_t)symbols}},
                         {DT_STRTAB, {.d_ptr = (uintptr_t)strings}},
                         {DT_RELA, {.d_ptr = (uintptr_t)relocations}},
                         {DT_RELASZ, {.d_val = n_symbols * sizeof(relocations[0])}},
                         {DT_NULL, {0}}};
  struct link_map map = {.l_ld = section};
  assert_int_equal(imports_operators(&map), IMPORTS_NEW);
  for (int i = 0; i < 2; i++) {
    ElfW(Addr) before = section[i].d_un.d_ptr;
    map.l_addr = 0x200; /* a table below it: an offset */
    section[i].d_un.d_ptr = 0x100;
    assert_int_equal(imports_operators(&map), 0);
    section[i].d_un.d_ptr = before;
  }
  assert_int_equal(imports_operators(&map), IMPORTS_NEW);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(each_operator_is_told_by_its_name, begin),
      cmocka_unit_test_setup(other_names_are_none, begin),
      cmocka_unit_test_setup(one_that_the_object_has_itself_is_defined, begin),
      cmocka_unit_test_setup(relative_relocations_are_passed_over, begin),
      cmocka_unit_test_setup(other_tables_are_not_read, begin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
