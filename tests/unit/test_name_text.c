#include "test.h"

#include "report/name_text.h"

#define STRING "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"

static void assert_name(const char *name, const char *expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  name_append(&sb, name);
  assert_string_equal(sb.data, expected);
}

static void assert_fit(const char *text, int columns, const char *expected) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  name_fit(&sb, text, columns);
  assert_string_equal(sb.data, expected);
}

static void strings_have_the_names_that_people_write(void **state) {
  (void)state;
  assert_name(STRING, "std::string");
  assert_name(STRING "::_M_mutate", "std::string::_M_mutate");
  assert_name("std::basic_string_view<char, std::char_traits<char> >::find",
              "std::string_view::find");
  assert_name("std::basic_string<char, my_traits, std::allocator<char> >::size",
              "std::basic_string<char, my_traits>::size");
}

static void default_arguments_are_left_out(void **state) {
  (void)state;
  assert_name("std::vector<int, std::allocator<int> >::push_back", "std::vector<int>::push_back");
  assert_name("std::map<" STRING ", int, std::less<" STRING " >, std::allocator<std::pair<" STRING
              " const, int> > >::operator[]",
              "std::map<std::string, int>::operator[]");
  assert_name("std::unique_ptr<Foo, std::default_delete<Foo> >::reset",
              "std::unique_ptr<Foo>::reset");
  assert_name("std::vector<int, pool<int> >::reserve", "std::vector<int, pool<int>>::reserve");
  /* An allocator that is the first argument is what the name is about. */
  assert_name("std::allocator_traits<std::allocator<int> >::allocate",
              "std::allocator_traits<std::allocator<int>>::allocate");
}

static void what_is_no_template_stays(void **state) {
  (void)state;
  for (const char *const *name =
           (const char *const[]){"main", "operator<", "Foo::operator<<", "Foo::operator->",
                                 "operator<=>", "(anonymous namespace)::price_list",
                                 "a::{lambda(int, char)#1}::operator()",
                                 "<app::Tree as core::clone::Clone>::clone", "x<", "y>", "a<b",
                                 "f(a, b", "alloc::vec::Vec<T, A>::push", NULL};
       *name; name++)
    assert_name(*name, *name);
  assert_name("Foo::operator< <int>", "Foo::operator< <int>");
}

static void names_are_escaped(void **state) {
  (void)state;
  assert_name("a\033[1m<b>", "a\\x1b[1m<b>");
}

/* Deeper than it reads, and as deep as it can be without end. */
static void depth_is_bounded(void **state) {
  (void)state;
  char deep[20001];
  memset(deep, '<', sizeof(deep) - 1);
  deep[sizeof(deep) - 1] = '\0';
  assert_name(deep, deep);
  memset(deep, '(', sizeof(deep) - 1);
  assert_name(deep, deep);
}

static void fitting_gives_up_arguments_before_names(void **state) {
  (void)state;
  const char *text = "shop::Index<std::string, std::vector<int>>::add<long>";
  assert_fit(text, 80, text);
  assert_fit(text, 40, "shop::Index<...>::add<long>");
  assert_fit(text, 26, "shop::Index<...>::add<...>");
  assert_fit("aaaaaaaaaaaaaaaaaaaa::bbbbbbbbbbbbbbbbbb", 16, "aaaaaa...bbbbbbb");
}

static void rust_names_keep_type_and_function(void **state) {
  (void)state;
  const char *clone = "<m::Rec as core::clone::Clone>::clone";
  assert_fit(clone, 37, clone);
  assert_fit(clone, 36, "<m::Rec as Clone>::clone");
  assert_fit(clone, 23, "<m::Rec as ...>::clone");
  assert_fit("core::iter::traits::iterator::Iterator::collect", 40, "Iterator::collect");
  assert_fit("alloc::slice::hack::to_vec::<u8>", 31, "alloc::slice::...::to_vec::<u8>");
  assert_fit("alloc::collections::btree::map::BTreeMap<K, V, A>::insert", 40,
             "BTreeMap<K, V, A>::insert");
  assert_fit("(anonymous namespace)::keep", 8, "keep");
  assert_fit("(anonymous namespace)::", 8, "");
  /* Names of C++ whose types begin with no capital letter. */
  assert_fit("std::chrono::steady_clock::now_and_then", 24, "std::chron...ow_and_then");
}

static void the_way_goes_before_the_name(void **state) {
  (void)state;
  const char *text = "shop::Index<int>::add  via std::vector<int>::push_back +1";
  assert_fit(text, 57, text);
  assert_fit(text, 50, "shop::Index<int>::add  via std::vecto...sh_back +1");
  assert_fit(text, 38, "shop::Index<int>::add");
  assert_fit(text, 20, "shop::In...int>::add");
}

static void files_of_rusts_library_are_short(void **state) {
  (void)state;
  assert_string_equal(
      name_file("/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/alloc.rs"),
      "library/alloc/src/alloc.rs");
  assert_string_equal(name_file("/root/.rustup/toolchains/1.95/lib/rustlib/src/rust/library/a.rs"),
                      "library/a.rs");
  assert_string_equal(name_file("/rustc/x.rs"), "/rustc/x.rs");
  assert_string_equal(name_file("/rustc/abc/x.rs"), "/rustc/abc/x.rs");
  assert_string_equal(name_file("/home/me/src/main.rs"), "/home/me/src/main.rs");
  assert_string_equal(name_file(""), "");
}

RUN(TEST(strings_have_the_names_that_people_write), TEST(default_arguments_are_left_out),
    TEST(what_is_no_template_stays), TEST(names_are_escaped), TEST(depth_is_bounded),
    TEST(fitting_gives_up_arguments_before_names), TEST(rust_names_keep_type_and_function),
    TEST(the_way_goes_before_the_name), TEST(files_of_rusts_library_are_short))
