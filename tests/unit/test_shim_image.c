/* Where the shim finds an object's program headers (shim/store/elf_image.h): in this program and in
 * libc, as the loader describes them and as it would describe objects of other layouts. */
#include "shim/store/elf_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>

#include <cmocka.h>

static const uintptr_t in_program = (uintptr_t)elf_image_find;

static uintptr_t in_libc(void) {
  return (uintptr_t)dlsym(RTLD_NEXT, "malloc");
}

static struct dl_find_object object_of(uintptr_t pc) {
  struct dl_find_object object;
  assert_int_equal(_dl_find_object((void *)pc, &object), 0);
  return object;
}

/* The end of the last segment in memory. */
static uintptr_t end_of(const struct elf_image *image) {
  uintptr_t end = 0;
  for (unsigned i = 0; i < image->n_segments; i++) {
    const ElfW(Phdr) *s = &image->segment[i];
    if (s->p_type == PT_LOAD && image->bias + s->p_vaddr + s->p_memsz > end)
      end = image->bias + s->p_vaddr + s->p_memsz;
  }
  return end;
}

static void headers_are_those_that_the_kernel_names(void **state) {
  (void)state;
  struct dl_find_object object = object_of(in_program);
  struct elf_image image;
  assert_true(elf_image_find(in_program, &object, &image));
  assert_int_equal((uintptr_t)image.segment, getauxval(AT_PHDR));
  assert_int_equal(image.n_segments, getauxval(AT_PHNUM));
  assert_int_equal(image.bias, object.dlfo_link_map->l_addr);
}

/* As where the loader knows each segment as a range of its own. */
static void a_range_that_begins_with_code_has_its_header_at_the_bias(void **state) {
  (void)state;
  uintptr_t pcs[] = {in_program, in_libc()};
  for (int i = 0; i < 2; i++) {
    struct dl_find_object object = object_of(pcs[i]);
    struct elf_image image, of_code;
    assert_true(elf_image_find(pcs[i], &object, &image));
    object.dlfo_map_start = (void *)(pcs[i] & ~(uintptr_t)4095);
    assert_true(elf_image_find(pcs[i], &object, &of_code));
    assert_ptr_equal(of_code.segment, image.segment);
    assert_int_equal(of_code.n_segments, image.n_segments);
  }
}

/* An image holds what lies in its segments, and nothing behind the last. */
static void another_objects_code_is_not_explained(void **state) {
  (void)state;
  struct dl_find_object object = object_of(in_program);
  struct elf_image image;
  assert_false(elf_image_find(in_libc(), &object, &image));
  assert_true(elf_image_find(in_program, &object, &image));
  uintptr_t end = end_of(&image);
  assert_true(elf_image_find(end - 1, &object, &image));
  assert_false(elf_image_find(end, &object, &image));
}

/* A linker script may leave the header out of the file's pages: the bias leads to no header then. */
static bool find_without_header(uintptr_t pc, struct elf_image *ret) {
  struct dl_find_object object = object_of(pc);
  object.dlfo_map_start = (void *)(pc & ~(uintptr_t)4095);
  object.dlfo_link_map->l_addr += 8;
  bool found = elf_image_find(pc, &object, ret);
  object.dlfo_link_map->l_addr -= 8;
  return found;
}

static void the_kernel_names_the_headers_of_the_program_alone(void **state) {
  (void)state;
  struct elf_image image;
  assert_true(find_without_header(in_program, &image));
  assert_int_equal((uintptr_t)image.segment, getauxval(AT_PHDR));
  assert_int_equal(image.n_segments, getauxval(AT_PHNUM));
  assert_false(find_without_header(in_libc(), &image));
}

static void a_segment_holds_a_piece_whole(void **state) {
  (void)state;
  struct dl_find_object object = object_of(in_program);
  struct elf_image image;
  assert_true(elf_image_find(in_program, &object, &image));
  const ElfW(Phdr) *code = elf_image_segment(&image, in_program, 1, PF_R | PF_X);
  assert_non_null(code);
  uintptr_t start = image.bias + code->p_vaddr, end = start + code->p_filesz;
  assert_true(start <= in_program && in_program < end);
  assert_ptr_equal(elf_image_segment(&image, start, code->p_filesz, PF_X), code);
  assert_null(elf_image_segment(&image, start, code->p_filesz + 1, PF_X));
  assert_ptr_equal(elf_image_segment(&image, end - 8, 8, PF_X), code);
  assert_null(elf_image_segment(&image, end - 8, 9, PF_X));
  assert_null(elf_image_segment(&image, end, 0, PF_X));
  assert_null(elf_image_segment(&image, start - 1, 1, PF_X));
  assert_null(elf_image_segment(&image, in_program, 1, PF_W));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_are_those_that_the_kernel_names),
      cmocka_unit_test(a_range_that_begins_with_code_has_its_header_at_the_bias),
      cmocka_unit_test(another_objects_code_is_not_explained),
      cmocka_unit_test(the_kernel_names_the_headers_of_the_program_alone),
      cmocka_unit_test(a_segment_holds_a_piece_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
