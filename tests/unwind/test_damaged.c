/* The readers of unwind tables and of program headers, given thousands of damaged copies: whatever
 * is in them, nothing outside of the copy is read. Each copy lies against a page that cannot be
 * read, at its end or at its start. A read too far is SIGSEGV, and so a failure of the program. */
#include "shim/store/elf_image.h"
#include "shim/sys/probe.h"
#include "shim/walk/cfi.h"
#include "shim/walk/cfi_expression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096, MUTANTS = 4000 };

static uint64_t state;
static uint64_t dice(uint64_t n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (state >> 33) % n;
}

/* Bytes between two pages that cannot be read; `size` is theirs, and they end at the second page or
 * begin at the first. */
struct box {
  uint8_t *pages;
  size_t room;
};

static struct box box_create(size_t size) {
  size_t room = (size + PAGE - 1) / PAGE * PAGE;
  uint8_t *pages = mmap(NULL, room + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(pages != MAP_FAILED);
  assert_int_equal(mprotect(pages + PAGE, room, PROT_READ | PROT_WRITE), 0);
  return (struct box){pages, room};
}

static uint8_t *box_place(const struct box *box, size_t size, bool at_end) {
  return box->pages + PAGE + (at_end ? box->room - size : 0);
}

static void box_destroy(struct box *box) {
  munmap(box->pages, box->room + 2 * PAGE);
}

static void damage(uint8_t *at, size_t size) {
  static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff, 0x3b, 0x0f, 0x16};
  for (uint64_t n = 1 + dice(6); n-- > 0;) {
    /* Half of it goes to the header and the first entries, which every look-up reads. */
    size_t place = dice(2) ? dice(size) : dice(size < 64 ? size : 64);
    at[place] = dice(2) ? (uint8_t)dice(256) : bytes[dice(sizeof(bytes))];
  }
}

/* A row that was found: its expressions lie within the copy, and their evaluation reads the stack
 * alone. */
static void use_row(const struct cfi_row *row, const uint8_t *low, const uint8_t *high,
                    const struct box *stack) {
  const uint8_t *expression[] = {row->cfa_expression, row->bp.expression, row->ra.expression};
  uint64_t length[] = {row->cfa_length, row->bp.length, row->ra.length};
  uintptr_t sp = (uintptr_t)box_place(stack, PAGE, true), end = sp + PAGE, result;
  struct stack_bounds bounds = {end, end - 7, false};
  for (int i = 0; i < 3; i++) {
    if (!expression[i])
      continue;
    assert_true(expression[i] >= low && length[i] <= (uint64_t)(high - expression[i]));
    struct cfi_frame frame = {sp + dice(PAGE), sp + dice(PAGE / 8) * 8, dice(2) ? sp : -8ul};
    cfi_evaluate(expression[i], length[i], &frame, &bounds, i > 0, dice(2) ? sp : -8ul, &result);
  }
}

/* Looks every pc of the table up, and some others. */
static unsigned look_up(const struct cfi_tables *tables, const uint32_t *starts, uint64_t n,
                        const struct box *stack) {
  unsigned found = 0;
  for (uint64_t i = 0; i < n; i++) {
    struct cfi_row row = {0};
    uintptr_t pc = (uintptr_t)tables->header + (uintptr_t)(int32_t)starts[i] + dice(40);
    cfi_function(tables, pc);
    if (!cfi_find(tables, pc, &row))
      continue;
    found++;
    use_row(&row, tables->frames, tables->frames_end, stack);
  }
  return found;
}

/* This program's own tables: the copy keeps the distance between the header and the frames, which
 * is all that they know of where they are. */
struct original {
  const uint8_t *bytes;
  size_t size;
  uint32_t starts[256];
  uint64_t n_starts;
};

static struct original original_tables(void) {
  struct dl_find_object object;
  struct cfi_tables tables;
  assert_int_equal(_dl_find_object((void *)look_up, &object), 0);
  assert_true(cfi_tables_find((uintptr_t)look_up, &object, &tables));
  struct original ret = {tables.header, (size_t)(tables.header_end - tables.header), {0}, 0};
  assert_true(tables.frames <= tables.header && tables.frames_end == tables.header_end);
  uint32_t count;
  memcpy(&count, ret.bytes + 8, sizeof(count));
  for (; ret.n_starts < count && ret.n_starts < 256; ret.n_starts++)
    memcpy(&ret.starts[ret.n_starts], ret.bytes + 12 + 8 * ret.n_starts, 4);
  assert_true(ret.n_starts > 10);
  return ret;
}

static void test_tables(void **unused) {
  (void)unused;
  struct original original = original_tables();
  struct box box = box_create(original.size), stack = box_create(PAGE);
  unsigned found = 0;
  state = 1;
  for (int i = 0; i < MUTANTS; i++) {
    /* Some are cut short. */
    size_t size = dice(4) ? original.size : 1 + dice(original.size);
    uint8_t *copy = box_place(&box, size, dice(4) != 0);
    memcpy(copy, original.bytes, size);
    if (i)
      damage(copy, size);
    struct cfi_tables tables = {copy, copy + size, copy, copy + size};
    found += look_up(&tables, original.starts, original.n_starts, &stack);
  }
  assert_true(found > MUTANTS); /* else nothing much was looked at */
  box_destroy(&box);
  box_destroy(&stack);
}

/* A library's program headers, in memory, damaged after it was loaded. */
static void use_image(uintptr_t pc, const struct dl_find_object *object) {
  struct elf_image image;
  struct cfi_tables tables;
  struct cfi_row row;
  cfi_tables_forget();
  if (cfi_tables_find(pc, object, &tables))
    cfi_find(&tables, pc, &row);
  if (!elf_image_find(pc, object, &image))
    return;
  for (unsigned i = 0; i < image.n_segments; i++) {
    const ElfW(Phdr) *segment = &image.segment[i];
    elf_image_segment(&image, image.bias + segment->p_vaddr, segment->p_filesz, PF_R);
  }
}

static void test_headers(void **unused) {
  (void)unused;
  void *library = dlopen("libresolv.so.2", RTLD_NOW);
  assert_non_null(library);
  uintptr_t pc = (uintptr_t)dlsym(library, "ns_name_ntop");
  struct dl_find_object object;
  assert_int_equal(_dl_find_object((void *)pc, &object), 0);
  uint8_t *header = object.dlfo_map_start;
  uint8_t before[1024];
  memcpy(before, header, sizeof(before));
  assert_int_equal(mprotect(header, PAGE, PROT_READ | PROT_WRITE), 0);
  state = 2;
  for (int i = 0; i < MUTANTS; i++) {
    damage(header, sizeof(before));
    use_image(pc, &object);
    memcpy(header, before, sizeof(before));
  }
  assert_int_equal(mprotect(header, PAGE, PROT_NONE), 0);
  use_image(pc, &object);
  assert_int_equal(mprotect(header, PAGE, PROT_READ), 0);
  cfi_tables_forget();
  dlclose(library);
}

static void test_probe(void **unused) {
  (void)unused;
  struct box box = box_create(2 * PAGE);
  uintptr_t first = (uintptr_t)box.pages;
  assert_false(probe_readable(first, 1));
  assert_true(probe_readable(first + PAGE, 1));
  assert_true(probe_readable(first + PAGE, 2 * PAGE));
  assert_false(probe_readable(first + PAGE, 2 * PAGE + 1));
  assert_false(probe_readable(first + PAGE - 1, 2));
  assert_false(probe_readable(UINTPTR_MAX - 3, 8));
  assert_false(probe_readable(first + PAGE, 0));
  box_destroy(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tables),
      cmocka_unit_test(test_headers),
      cmocka_unit_test(test_probe),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
