/* shim/frees/arch.h for x86-64: the instructions that compilers make of a call. */
#include "shim/frees/arch.h"

#include "shim/store/elf_image.h"

#include <dlfcn.h>
#include <elf.h>
#include <stdint.h>

static uint32_t word_at(const void *p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof(word));
  return word;
}

/* The target of a displacement, which is the last four bytes of its instruction and counts from its
 * end. */
static uintptr_t target_of(const uint8_t *displacement) {
  return (uintptr_t)displacement + sizeof(uint32_t) +
         (uintptr_t)(intptr_t)(int32_t)word_at(displacement);
}

static uintptr_t entry_named_at(const struct elf_image *image, const uint8_t *displacement) {
  uintptr_t entry = target_of(displacement);
  return elf_image_segment(image, entry, sizeof(entry), PF_R) ? *(const uintptr_t *)entry : 0;
}

/* A stub is `jmp *entry(%rip)`, after an endbr64 or a bnd. */
static uintptr_t through_stub(const struct elf_image *image, uintptr_t stub) {
  enum { LONGEST = 11, ENDBR64 = 0xfa1e0ff3 };
  if (!elf_image_segment(image, stub, LONGEST, PF_R | PF_X))
    return 0;
  const uint8_t *code = (const uint8_t *)stub;
  code += word_at(code) == ENDBR64 ? sizeof(uint32_t) : 0;
  code += *code == 0xf2;
  return code[0] == 0xff && code[1] == 0x25 ? entry_named_at(image, code + 2) : 0;
}

/* `call stub`, or `call *entry(%rip)`: what is read by mistake as one of them leads nowhere that is
 * asked about. */
uintptr_t arch_called(uintptr_t pc) {
  enum { LONGEST = 6 };
  struct dl_find_object object;
  struct elf_image image;
  const uint8_t *code = (const uint8_t *)pc;
  if (_dl_find_object((void *)(pc - 1), &object) || !elf_image_find(pc - 1, &object, &image) ||
      !elf_image_segment(&image, pc - LONGEST, LONGEST, PF_R | PF_X))
    return 0;
  if (code[-6] == 0xff && code[-5] == 0x15)
    return entry_named_at(&image, code - 4);
  return code[-5] == 0xe8 ? through_stub(&image, target_of(code - 4)) : 0;
}
