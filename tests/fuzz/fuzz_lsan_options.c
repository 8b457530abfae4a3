/* libFuzzer target: any text is LSAN_OPTIONS. The settings lie within bounds afterwards. A text
 * that names a file is left out: the file may be any. */
#include "fuzz.h"

#include "cli/leaks/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct leaks_settings settings;
  char *text = text_of(bytes, n);
  if (!strstr(text, "suppressions")) {
    setenv("LSAN_OPTIONS", text, 1);
    must(!refused(leaks_settings_read(&settings)));
    must(settings.error_exitcode >= 0 && settings.error_exitcode <= 255);
    must(!(settings.check.reach.roots & ~(unsigned)ROOTS_ALL));
    leaks_settings_deinit(&settings);
  }
  free(text);
  return 0;
}
