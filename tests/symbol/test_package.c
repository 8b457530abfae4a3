/* Which package a file belongs to: dpkg's lists in a folder of the test's own, and an rpm that is a
 * script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "symbol/package.h"

static char folder[] = "/tmp/memprof-package.XXXXXX";
static char name[PACKAGE_NAME_MAX];

static void write_file(const char *base, const char *text) {
  char path[256];
  snprintf(path, sizeof(path), "%s/%s", folder, base);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(chmod(path, 0755), 0);
}

static int make_lists(void **state) {
  (void)state;
  if (!mkdtemp(folder))
    return -1;
  write_file("libshop0:amd64.list", "/.\n/usr\n/usr/lib/libshop.so.0\n/usr/lib/libshop.so.0.1\n");
  write_file("shop.list", "/.\n/bin/shop");
  write_file("libshop-dev:amd64.list", "/usr/lib/libshop.so\n/lib/libold.so.1\n");
  write_file("libshop0:amd64.md5sums", "/usr/lib/other.so\n");
  write_file("-o;x.list", "/usr/lib/evil.so\n");
  return 0;
}

static int remove_lists(void **state) {
  (void)state;
  char command[256];
  snprintf(command, sizeof(command), "rm -r %s", folder);
  return system(command);
}

static void assert_owner(const char *path, const char *expected) {
  bool found = package_of_dpkg(folder, path, name);
  assert_string_equal(found ? name : "", expected);
}

static void files_belong_to_the_package_that_lists_them(void **state) {
  (void)state;
  assert_owner("/usr/lib/libshop.so.0.1", "libshop0");
  assert_owner("/usr/lib/libshop.so", "libshop-dev");
  assert_owner("/usr/lib/libshop", "");
  assert_owner("usr/lib/libshop.so", "");
  assert_owner("/usr/lib/other.so", "");
  assert_owner("", "");
}

static void merged_folders_are_one(void **state) {
  (void)state;
  assert_owner("/lib/libshop.so.0", "libshop0");
  assert_owner("/usr/lib/libold.so.1", "libshop-dev");
}

static void only_package_names_are_believed(void **state) {
  (void)state;
  assert_owner("/usr/lib/evil.so", "");
  assert_false(package_of_dpkg("/nonexistent", "/usr/lib/libshop.so.0", name));
}

static void assert_rpm(const char *script, const char *path, const char *expected) {
  char paths[512];
  write_file("rpm", script);
  snprintf(paths, sizeof(paths), "%s:/usr/bin:/bin", folder);
  assert_int_equal(setenv("PATH", paths, 1), 0);
  bool found = package_of_rpm(path, name);
  assert_string_equal(found ? name : "", expected);
}

static void rpm_is_asked_without_a_shell(void **state) {
  (void)state;
  const char *echo = "#!/bin/sh\n[ \"$1 $2 $3\" = '-qf --qf %{NAME}\\n' ] && echo \"${4##*/}\"\n";
  assert_rpm(echo, "/usr/lib/shop-libs", "shop-libs");
  assert_rpm(echo, "/usr/lib/$(touch x)", "");
  assert_rpm(echo, "relative", "");
  assert_rpm("#!/bin/sh\necho file is not owned by any package\nexit 1\n", "/usr/lib/x", "");
  assert_rpm("#!/bin/sh\necho shop\nexit 1\n", "/usr/lib/x", "");
  assert_rpm("#!/bin/sh\nexec yes shop\n", "/usr/lib/x", "");
}

static void an_rpm_that_hangs_is_given_up(void **state) {
  (void)state;
  assert_rpm("#!/bin/sh\nexec sleep 1000\n", "/usr/lib/x", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_belong_to_the_package_that_lists_them),
      cmocka_unit_test(merged_folders_are_one),
      cmocka_unit_test(only_package_names_are_believed),
      cmocka_unit_test(rpm_is_asked_without_a_shell),
      cmocka_unit_test(an_rpm_that_hangs_is_given_up),
  };
  return cmocka_run_group_tests(tests, make_lists, remove_lists);
}
