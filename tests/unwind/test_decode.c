/* How the bytes of unwind tables are read: numbers, pointers and expressions. The values are those of
 * the tables in DWARF 5 and in the LSB. */
#include "shim/walk/cfi_expression.h"
#include "shim/walk/cfi_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* DWARF 5, 7.6, tables 7.7 and 7.8: LEB128, each followed by a byte of something else. */
static void test_numbers(void **unused) {
  (void)unused;
  static const struct {
    uint8_t bytes[4];
    size_t size;
    int64_t value;
    uint64_t unsigned_value;
  } numbers[] = {
      {{2, 1}, 1, 2, 2},           {{0x7e, 1}, 1, -2, 126},           {{0x7f, 1}, 1, -1, 127},
      {{0xff, 0, 1}, 2, 127, 127}, {{0x81, 0x7f, 1}, 2, -127, 16257}, {{0x80, 1, 1}, 2, 128, 128},
      {{0x81, 1, 1}, 2, 129, 129}, {{0xff, 0x7e, 1}, 2, -129, 16255},
  };
  for (size_t i = 0; i < COUNT(numbers); i++) {
    const uint8_t *bytes = numbers[i].bytes;
    struct cursor c = {bytes, bytes + sizeof(numbers[i].bytes)};
    assert_int_equal(read_sleb(&c), numbers[i].value);
    assert_ptr_equal(c.p, bytes + numbers[i].size);
    c.p = bytes;
    assert_int_equal(read_uleb(&c), numbers[i].unsigned_value);
    assert_ptr_equal(c.p, bytes + numbers[i].size);
  }
}

/* LSB 5, "DWARF Exception Header Encoding": the low half of the encoding says how the bytes are a
 * number, the high half what it counts from. */
static void test_pointers(void **unused) {
  (void)unused;
  static const uint8_t bytes[] = {0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
  static const struct {
    uint8_t format;
    size_t size;
    uintptr_t number;
  } formats[] = {
      {PE_ABSPTR, 8, (uintptr_t)-32895},
      {PE_ULEB, 2, 16257},
      {PE_UDATA2, 2, 0x7f81},
      {PE_UDATA4, 4, 0xffff7f81},
      {PE_UDATA8, 8, (uintptr_t)-32895},
      {PE_SLEB, 2, (uintptr_t)-127},
      {PE_SDATA2, 2, 0x7f81},
      {PE_SDATA4, 4, (uintptr_t)-32895},
      {PE_SDATA8, 8, (uintptr_t)-32895},
  };
  const struct {
    uint8_t encoding;
    uintptr_t from;
  } bases[] = {{0, 0}, {PE_PCREL, (uintptr_t)bytes}, {PE_DATAREL, 0x555500000000}};
  for (size_t i = 0; i < COUNT(formats); i++)
    for (size_t k = 0; k < COUNT(bases); k++) {
      struct cursor c = {bytes, bytes + sizeof(bytes)};
      uint8_t encoding = formats[i].format | bases[k].encoding;
      assert_int_equal(read_pointer(&c, encoding, 0x555500000000),
                       bases[k].from + formats[i].number);
      assert_ptr_equal(c.p, bytes + formats[i].size);
    }
}

static uintptr_t stack[2] = {0x1234, 0x5678};
enum { PC = 0x401000 };

/* In a frame on `stack`: its stack pointer is at the first word, its frame pointer at the second. */
static bool evaluate(const uint8_t *expression, size_t length, uintptr_t *ret) {
  uintptr_t end = (uintptr_t)(stack + 2);
  struct cfi_frame frame = {PC, (uintptr_t)stack, (uintptr_t)(stack + 1)};
  struct stack_bounds bounds = {end, end - 7, false};
  return cfi_evaluate(expression, length, &frame, &bounds, true, 100, ret);
}

/* DWARF 5, 2.5.1 and table 7.9. The stack holds 100 at first. */
static void test_expressions(void **unused) {
  (void)unused;
  const uintptr_t sp = (uintptr_t)stack, bp = sp + 8;
  const struct {
    const char *bytes;
    size_t length;
    uintptr_t value;
  } expressions[] = {
#define BYTES(text) text, sizeof(text) - 1
      {BYTES(""), 100},
      {BYTES("\x30"), 0},                                    /* lit0 */
      {BYTES("\x4f"), 31},                                   /* lit31 */
      {BYTES("\x08\xfe"), 254},                              /* const1u */
      {BYTES("\x09\xfe"), (uintptr_t)-2},                    /* const1s */
      {BYTES("\x0a\xfe\xff"), 65534},                        /* const2u */
      {BYTES("\x0b\xfe\xff"), (uintptr_t)-2},                /* const2s */
      {BYTES("\x0c\xfe\xff\xff\xff"), 0xfffffffe},           /* const4u */
      {BYTES("\x0d\xfe\xff\xff\xff"), (uintptr_t)-2},        /* const4s */
      {BYTES("\x0e\1\0\0\0\0\0\0\x80"), 0x8000000000000001}, /* const8u */
      {BYTES("\x10\x81\x7f"), 16257},                        /* constu */
      {BYTES("\x11\x81\x7f"), (uintptr_t)-127},              /* consts */
      {BYTES("\x12\x22"), 200},                              /* dup, plus */
      {BYTES("\x31\x13"), 100},                              /* lit1, drop */
      {BYTES("\x08\xa6\x1a"), 36},                           /* const1u 0xa6, and: 0x64 & 0xa6 */
      {BYTES("\x37\x1c"), 93},                               /* lit7, minus */
      {BYTES("\x33\x1e"), 300},                              /* lit3, mul */
      {BYTES("\x37\x22"), 107},                              /* lit7, plus */
      {BYTES("\x23\x81\x7f"), 16357},                        /* plus_uconst */
      {BYTES("\x33\x24"), 800},                              /* lit3, shl */
      {BYTES("\x08\x64\x2a"), 1},                            /* const1u 100, ge */
      {BYTES("\x08\x65\x2a"), 0},                            /* const1u 101, ge */
      {BYTES("\x76\x78"), bp - 8},                           /* breg6 -8 */
      {BYTES("\x77\x08"), sp + 8},                           /* breg7 8 */
      {BYTES("\x80\x01"), PC + 1},                           /* breg16 1 */
      {BYTES("\x77\x00\x06"), 0x1234},                       /* breg7 0, deref */
      {BYTES("\x76\x00\x06"), 0x5678},                       /* breg6 0, deref */
  };
  for (size_t i = 0; i < COUNT(expressions); i++) {
    uintptr_t value;
    assert_true(evaluate((const uint8_t *)expressions[i].bytes, expressions[i].length, &value));
    assert_int_equal(value, expressions[i].value);
  }
}

/* An expression that is not understood whole has no value. */
static void test_no_value(void **unused) {
  (void)unused;
  static const uint8_t expressions[][3] = {
      {0x31, 0x14},       /* lit1, over: not known here, although it finds its two values */
      {0x31, 0x21},       /* lit1, or: likewise */
      {0x31, 0xff},       /* lit1 and an operation that DWARF does not have */
      {0x13, 0x22, 0x30}, /* drop; plus finds too little */
      {0x70, 0x00, 0x12}, /* breg0: a register that is not kept */
      {0x77, 0x01, 0x06}, /* deref of no word's address */
      {0x77, 0x10, 0x06}, /* deref beyond the stack */
      {0x77, 0x78, 0x06}, /* deref below the stack pointer */
      {0x09, 0xf8, 0x06}, /* deref of -8, the last word of the address space */
  };
  static const size_t length[] = {2, 2, 2, 3, 3, 3, 3, 3, 3};
  for (size_t i = 0; i < COUNT(expressions); i++) {
    uintptr_t value;
    assert_false(evaluate(expressions[i], length[i], &value));
  }
}

/* Seventeen values are one more than find room. */
static void test_too_deep(void **unused) {
  (void)unused;
  static const uint8_t lit0[] = {48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48};
  uintptr_t value;
  assert_true(evaluate(lit0, 15, &value));
  assert_false(evaluate(lit0, 16, &value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers),     cmocka_unit_test(test_pointers),
      cmocka_unit_test(test_expressions), cmocka_unit_test(test_no_value),
      cmocka_unit_test(test_too_deep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
