/* Writes the seeds of fuzz_unwind into a folder: this program's own unwind tables, from the header
 * to the end of its segment, as they lie in memory, and small ones written by hand. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#include "write_seed.h"

/* One function 256 bytes before the table, whose frame is described by an expression. The CIE: its
 * length, 0, version 1, "zR", code and data factors 1 and -8, return address in 16, pc-relative
 * 4-byte pointers, CFA = rsp + 8. */
static const uint8_t by_hand[] = {
    /* header: version, encodings, .eh_frame at +16 from here, 1 entry: function, FDE */
    1, 0x1b, 0x03, 0x3b, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 44, 0, 0, 0,
    /* CIE at 20 */
    20, 0, 0, 0, 0, 0, 0, 0, 1, 'z', 'R', 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1, 0, 0,
    /* FDE at 44: CIE 28 back, function at -308 from here, 64 bytes, then a CFA of an expression */
    28, 0, 0, 0, 28, 0, 0, 0, 0xcc, 0xfe, 0xff, 0xff, 64, 0, 0, 0, 0, 0x0f, 5, 0x77, 8, 0x06, 0x23,
    8, 0x10, 6, 2, 0x76, 0, 0, 0, 0,
    /* end */
    0, 0, 0, 0};

/* The tables and what lies behind them up to the end of the page. */
int main(int argc, char **argv) {
  struct dl_find_object object;
  if (argc != 2 || _dl_find_object((void *)(uintptr_t)main, &object))
    return 1;
  const uint8_t *tables = object.dlfo_eh_frame;
  size_t n = 4096 - (uintptr_t)tables % 4096;
  return write_seed(argv[1], "own", tables, n) ||
         write_seed(argv[1], "by_hand", by_hand, sizeof(by_hand));
}
