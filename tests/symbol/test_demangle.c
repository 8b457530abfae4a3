/* Readable names. Expectations are c++filt's and rustfilt's forms less parameters, by the
 * manglings' specifications (Itanium C++ ABI 5.1, Rust RFC 2603). */
#include "symbol/demangle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *mangled, const char *name) {
  char *found = symbol_demangle(mangled);
  assert_non_null(found);
  assert_string_equal(found, name);
  free(found);
}

static void test_plain(void **state) {
  (void)state;
  expect("main", "main");
  expect("_start", "_start");
  expect("_Zmalformed", "_Zmalformed");
  expect("_ZTruncat", "_ZTruncat");
}

static void test_cpp(void **state) {
  (void)state;
  expect("_Z3foov", "foo");
  expect("_Z3fooIiEvT_", "foo<int>");
  expect("_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back");
  expect("_ZNKSt8functionIFviEEclEi", "std::function<void (int)>::operator()");
  expect("_ZN12_GLOBAL__N_13barEv", "(anonymous namespace)::bar");
  expect("_ZN3FooC2Ev", "Foo::Foo");
  expect("_ZN3FooD0Ev", "Foo::~Foo");
  expect("_Znwm", "operator new");
  expect("_Znam", "operator new[]");
  expect("_ZnamSt11align_val_t", "operator new[]");
  expect("_ZNK3FoocvbEv", "Foo::operator bool");
}

static void test_rust(void **state) {
  (void)state;
  expect("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
  expect("_RNvCs1234_7mycrate3foo", "mycrate::foo");
  expect("_RINvCs1234_7mycrate3foolE", "mycrate::foo::<i32>");
  expect("_RINvCs1234_7mycrate3fooFG_RL0_hEuE", "mycrate::foo::<for<'a> fn(&'a u8)>");
}

/* A number of lifetimes of 13 digits, where nothing is printed: libiberty would count to it. */
static void test_huge_binder(void **state) {
  (void)state;
  static const char name[] =
      "_RNvMNvMsr_NtCs3ssYzQotkvD_3stA6FFFFFFFFFGZN1ta1bIJeesr_NtCs3ssYzQotkv"
      "D_3stA6FFFFFFFFFGZN1ta1bIJeeeh_";
  expect(name, name);
}

static void test_suffixes(void **state) {
  (void)state;
  expect("foo.cold", "foo");
  expect("foo.constprop.0.isra.0", "foo");
  expect("foo.llvm.1234567890", "foo");
  expect("_Z3foov.part.0", "foo");
  expect("malloc@@GLIBC_2.2.5", "malloc");
  expect(".cold", ".cold");
  expect("a.out", "a.out");
}

/* A name of 30 doublings stands for 2^30 words. */
static void test_exponential(void **state) {
  (void)state;
  char name[1024] = "_Z1fISt4pairIiiE";
  for (int i = 0; i < 30; i++) {
    char digit = (char)(i < 10 ? '0' + i : 'A' + i - 10);
    sprintf(name + strlen(name), "S_IS%c_S%c_E", digit, digit);
  }
  strcat(name, "Evv");
  expect(name, name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plain),    cmocka_unit_test(test_cpp),
      cmocka_unit_test(test_rust),     cmocka_unit_test(test_huge_binder),
      cmocka_unit_test(test_suffixes), cmocka_unit_test(test_exponential)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
