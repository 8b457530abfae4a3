#include "shim/sys/status.h"

#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

/* Where the text goes on behind `with`; NULL if it begins otherwise. */
static const char *text_after(const char *text, const char *with) {
  while (*with && *text == *with)
    text++, with++;
  return *with ? NULL : text;
}

uint64_t status_number(const char *key) {
  char text[2048];
  int fd = (int)sys(SYS_openat, AT_FDCWD, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC, 0);
  long n = fd >= 0 ? sys(SYS_read, fd, text, sizeof(text) - 1) : -1;
  uint64_t number = 0;
  if (fd >= 0)
    sys(SYS_close, fd);
  text[n > 0 ? n : 0] = '\0';
  for (const char *at = text; *at; at++) {
    const char *value = *at == '\n' ? text_after(at + 1, key) : NULL;
    while (value && *value == ' ')
      value++;
    if (value)
      return text_parse(&value, &number) ? number : 0;
  }
  return 0;
}
