/* libFuzzer target: any bytes are a program or library that is inspected before it runs, and whose
 * unwind tables say where functions start. Nothing of it is run. */
#include "fuzz.h"

#include "symbol/inspect_elf.h"
#include "symbol/inspect_message.h"
#include "symbol/unwind_starts.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Names that the file brought along may hold anything: whoever prints the line escapes it. */
static void must_be_said(const struct inspection *inspection) {
  struct error *err = inspection_error(inspection);
  must((inspection->obstacle != OBSTACLE_NONE) == (err && *err->message));
  error_destroy(err);
}

static void use_inspection(const char *path) {
  struct inspection inspection;
  char function[INSPECT_FUNCTION_MAX];
  must(!refused(inspect_program(path, &inspection)));
  must_be_said(&inspection);
  must(strlen(inspection.loader) < sizeof(inspection.loader));
  must(strlen(inspection.build_id) < sizeof(inspection.build_id));
  inspection_deinit(&inspection);
  inspect_linked_allocator(path, function);
  inspect_has_section(path, ".debug_info");
}

static bool count_name(void *context, const char *name) {
  *(size_t *)context += strlen(name);
  return false;
}

static void use_starts(uint8_t *bytes, size_t n) {
  struct unwind_starts starts;
  Elf *elf = elf_memory((char *)bytes, n);
  if (!elf)
    return;
  unwind_starts_init(&starts, elf);
  for (uint64_t address = 0x1000; address < 0x3000; address += 0x90) {
    uint64_t start = unwind_starts_find(&starts, address);
    must(start <= address);
  }
  elf_end(elf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  char path[64];
  size_t letters = 0;
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  use_inspection(path);
  inspect_functions(path, count_name, &letters);
  close(fd);
  uint8_t *copy = (uint8_t *)text_of(bytes, n);
  elf_version(EV_CURRENT);
  use_starts(copy, n);
  free(copy);
  return 0;
}
