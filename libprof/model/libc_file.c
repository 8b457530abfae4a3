#include "model/libc_file.h"

#include "base/path.h"
#include "model/name_list.h"

bool file_is_libc(const char *path) {
  static const char *const begins[] = {"libc.so.", "libc-2.",    "ld-linux",   "ld-2.",
                                       "ld-musl-", "libc.musl-", "libpthread", "libdl.so",
                                       "libm.so",  "librt.so"};
  return name_begins_with(path_base_name(path), begins, NAMES(begins));
}
