#include "shapes.h"

#include <alloca.h>
#include <ctype.h>
#include <search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOINLINE __attribute__((noinline))

static volatile uint64_t sink;

NOINLINE uint32_t dice_below(struct dice *r, uint32_t n) {
  r->state ^= r->state << 13;
  r->state ^= r->state >> 7;
  r->state ^= r->state << 17;
  return (uint32_t)(r->state >> 32) % n;
}

NOINLINE static void plain(struct dice *r, int depth) {
  shapes_go(r, depth);
  sink += (uint64_t)depth;
}

NOINLINE static void tail(struct dice *r, int depth) {
  sink += (uint64_t)depth;
  shapes_go(r, depth);
}

/* Values that live across the call: every callee-saved register, rbp among them, is in use. */
NOINLINE static void registers(struct dice *r, int depth) {
  uint64_t a = sink + 1, b = a * 3, c = b ^ a, d = c + 5, e = d * a, f = e ^ 7, g = f + b,
           h = g * c;
  shapes_go(r, depth);
  sink = a + b * c + d * e + f * g + h;
}

NOINLINE static void many_arguments(struct dice *r, int depth, uint64_t a, uint64_t b, uint64_t c,
                                    uint64_t d, uint64_t e, uint64_t f, uint64_t g, double x,
                                    double y) {
  sink += a + b + c + d + e + f + g + (uint64_t)(x + y);
  shapes_go(r, depth);
  sink += a * b * c * d * e * f * g;
}

NOINLINE static void push_arguments(struct dice *r, int depth) {
  many_arguments(r, depth, sink, 2, sink + 3, 4, sink + 5, 6, sink, 1.5, 2.5);
  many_arguments(r, depth / 2, 1, sink, 3, sink, 5, sink, 7, 1.5, 2.5);
}

NOINLINE static void with_alloca(struct dice *r, int depth) {
  size_t n = 16 + dice_below(r, 900);
  char *p = alloca(n);
  memset(p, depth, n);
  shapes_go(r, depth);
  sink += (uint64_t)p[n / 2];
}

NOINLINE static void variable_array(struct dice *r, int depth) {
  for (int i = 0; i < 2; i++) {
    uint64_t a[1 + dice_below(r, 60)];
    a[0] = sink;
    shapes_go(r, depth / (i + 1));
    sink = a[0] + 1;
  }
}

/* The stack pointer is aligned down: the CFA is found through a saved pointer to the arguments. */
NOINLINE static void realigned(struct dice *r, int depth) {
  _Alignas(64) volatile char a[128];
  a[5] = (char)depth;
  shapes_go(r, depth);
  sink += (uint64_t)a[5];
}

NOINLINE static void realigned_alloca(struct dice *r, int depth, uint64_t a, uint64_t b, uint64_t c,
                                      uint64_t d, uint64_t e) {
  _Alignas(128) volatile char on_stack[256];
  volatile char *p = alloca(1 + dice_below(r, 500));
  p[0] = on_stack[7] = (char)(a + b + c + d + e);
  shapes_go(r, depth);
  sink += (uint64_t)p[0] + (uint64_t)on_stack[7] + e;
}

NOINLINE static void large_frame(struct dice *r, int depth) {
  volatile char a[20000];
  a[dice_below(r, sizeof(a))] = 1;
  shapes_go(r, depth);
  sink += (uint64_t)a[100];
}

/* The early return needs no frame: registers are saved only where they are needed. */
NOINLINE static void shrink_wrapped(struct dice *r, int depth) {
  if (depth & 1) {
    sink++;
    shapes_go(r, depth);
    return;
  }
  uint64_t a = sink, b = a + 1, c = b * 3;
  shapes_go(r, depth / 2);
  shapes_go(r, depth);
  sink = a * b + c;
}

__attribute__((noinline, cold)) static void unlikely(struct dice *r, int depth) {
  sink ^= 3;
  shapes_go(r, depth);
  sink ^= 3;
}

NOINLINE static void with_cold_part(struct dice *r, int depth) {
  uint64_t a = sink;
  if (__builtin_expect(dice_below(r, 2) == 0, 0)) {
    unlikely(r, depth);
    sink += a;
  } else
    shapes_go(r, depth);
}

NOINLINE static void variadic(struct dice *r, int depth, ...) {
  va_list list;
  va_start(list, depth);
  sink += va_arg(list, uint64_t);
  shapes_go(r, depth);
  sink += (uint64_t)va_arg(list, double);
  va_end(list);
}

/* longjmp leaves frames behind whose places the next walk finds overwritten. */
static __thread jmp_buf *back;
__attribute__((noinline, noreturn)) static void leave(struct dice *r) {
  jmp_buf *mine = back; /* a point may run other trees */
  r->at_point();
  longjmp(*mine, 1);
}
NOINLINE static void go_and_leave(struct dice *r, int depth) {
  if (depth > 0 && sink != 1)
    go_and_leave(r, depth - 1);
  leave(r); /* the return address is beyond the function's end */
}
NOINLINE static void jumped_back(struct dice *r, int depth) {
  jmp_buf here, *outer = back;
  back = &here;
  if (setjmp(here) == 0)
    go_and_leave(r, 1 + (int)dice_below(r, 4));
  back = outer;
  shapes_go(r, depth);
}

/* Callbacks through libc. */
static __thread struct dice *callback_dice;
static __thread int callback_depth;
static int compare_ints(const void *a, const void *b) {
  struct dice *r = callback_dice;
  int depth = callback_depth;
  if (dice_below(r, 8) == 0) {
    shapes_go(r, depth / 2);
    callback_dice = r;
    callback_depth = depth;
  }
  return *(const int *)a - *(const int *)b;
}
NOINLINE static void sorted(struct dice *r, int depth) {
  int a[9], key = 4;
  for (int i = 0; i < 9; i++)
    a[i] = (int)dice_below(r, 100);
  callback_dice = r;
  callback_depth = depth;
  qsort(a, 9, sizeof(a[0]), compare_ints);
  callback_dice = r;
  callback_depth = depth;
  sink += bsearch(&key, a, 9, sizeof(a[0]), compare_ints) != NULL;
}
static void shape_visit(const void *node, VISIT which, int depth) {
  (void)node, (void)depth;
  struct dice *r = callback_dice;
  if (which == preorder || which == leaf)
    r->at_point();
  callback_dice = r;
}
NOINLINE static void tree(struct dice *r, int depth) {
  static int keys[5] = {3, 1, 4, 0, 5};
  void *root = NULL;
  callback_dice = r;
  callback_depth = 0;
  for (int i = 0; i < 5; i++)
    tsearch(&keys[i], &root, compare_ints);
  callback_dice = r;
  twalk(root, shape_visit);
  for (int i = 0; i < 5; i++)
    tdelete(&keys[i], &root, compare_ints);
  shapes_go(r, depth);
}

/* (Not here: ms_abi functions, which save vector registers. libunwind 1.6.2 takes them for
 * outermost frames.) */

/* Written by hand, with call frame information that no compiler writes: expressions, a saved rbp
 * that is found through one, a CFA held in rbp that is not the frame's usual one, remembered rows.
 */
void by_expression(struct dice *r, int depth);
__asm__(".pushsection .text\n"
        ".type by_expression, @function\n"
        "by_expression:\n"
        ".cfi_startproc\n"
        "  push %rbp\n"
        ".cfi_escape 0x0f, 2, 0x77, 16\n"   /* CFA: breg7 (rsp) + 16 */
        ".cfi_escape 0x10, 6, 2, 0x77, 0\n" /* rbp at breg7 + 0 */
        "  mov %rdi, %rbp\n"                /* rbp is anything now */
        "  sub $32, %rsp\n"
        ".cfi_escape 0x0f, 4, 0x77, 0, 0x23, 48\n"       /* breg7 + 0, plus_uconst 48 */
        ".cfi_escape 0x10, 6, 4, 0x77, 28, 0x34, 0x22\n" /* breg7 + 28, lit4, plus */
        "  call shapes_go\n"
        "  add $32, %rsp\n"
        ".cfi_escape 0x0f, 2, 0x77, 16\n"
        ".cfi_escape 0x10, 6, 2, 0x77, 0\n"
        "  pop %rbp\n"
        ".cfi_def_cfa %rsp, 8\n"
        ".cfi_restore %rbp\n"
        "  ret\n"
        ".cfi_endproc\n"
        ".size by_expression, .-by_expression\n"
        ".popsection\n");

void remembered_rows(struct dice *r, int depth);
__asm__(".pushsection .text\n"
        ".type remembered_rows, @function\n"
        "remembered_rows:\n"
        ".cfi_startproc\n"
        "  test $1, %esi\n"
        "  jne 1f\n"
        "  push %rbp\n"
        ".cfi_remember_state\n"
        ".cfi_def_cfa_offset 16\n"
        ".cfi_offset %rbp, -16\n"
        "  lea 8(%rsp), %rbp\n"
        ".cfi_def_cfa %rbp, 8\n"
        "  and $-32, %rsp\n"
        "  call shapes_go\n"
        "  lea -8(%rbp), %rsp\n"
        ".cfi_def_cfa %rsp, 16\n"
        "  pop %rbp\n"
        ".cfi_restore_state\n"
        "  ret\n"
        "1: sub $72, %rsp\n"
        ".cfi_def_cfa_offset 80\n"
        "  call shapes_go\n"
        "  add $72, %rsp\n"
        ".cfi_def_cfa_offset 8\n"
        "  ret\n"
        ".cfi_endproc\n"
        ".size remembered_rows, .-remembered_rows\n"
        ".popsection\n");

NOINLINE static void variadic_call(struct dice *r, int depth) {
  variadic(r, depth, sink, 2.5);
}
NOINLINE static void realigned_alloca_call(struct dice *r, int depth) {
  realigned_alloca(r, depth, sink, 1, 2, 3, 4);
}
static void (*const shapes[])(struct dice *, int) = {plain,           tail,
                                                     registers,       push_arguments,
                                                     with_alloca,     variable_array,
                                                     realigned,       large_frame,
                                                     shrink_wrapped,  sorted,
                                                     with_cold_part,  variadic_call,
                                                     jumped_back,     by_expression,
                                                     shapes_cpp,      tree,
                                                     remembered_rows, realigned_alloca_call};

void shapes_go(struct dice *r, int depth) {
  if (dice_below(r, 4) == 0)
    r->at_point();
  if (depth <= 0) {
    r->at_point();
    return;
  }
  shapes[dice_below(r, sizeof(shapes) / sizeof(shapes[0]))](r, depth - 1 - (int)dice_below(r, 3));
  if (dice_below(r, 4) == 0)
    r->at_point();
}

static int by_value(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

void shapes_libc(struct dice *r) {
  char text[300], copy[300];
  int numbers[40];
  for (int i = 0; i < 40; i++)
    numbers[i] = (int)dice_below(r, 1000);
  qsort(numbers, 40, sizeof(numbers[0]), by_value);
  size_t n = 0;
  for (int i = 0; i < 20; i++)
    n += (size_t)snprintf(text + n, sizeof(text) - n, "%d %s ", numbers[i], i % 2 ? "odd" : "even");
  memmove(copy, text, sizeof(copy));
  sink += strlen(copy) + (uint64_t)(strstr(copy, "odd ") - copy) + (uint64_t)strcmp(copy, text);
  sink += (uint64_t)(strchr(copy, 'e') != NULL) + strspn(copy, "0123456789 ") +
          (uint64_t)atoi(copy) + strtoul("77", NULL, 8);
  memset(copy, toupper(copy[0]), sizeof(copy));
  double x = strtod("3.25e10", NULL);
  time_t now = (time_t)(numbers[3] * 100000);
  struct tm tm;
  gmtime_r(&now, &tm);
  sink += strftime(copy, sizeof(copy), "%Y-%m-%d", &tm) + (uint64_t)x;
  void *p = malloc(100 + dice_below(r, 5000));
  p = realloc(p, 50);
  free(p);
  shapes_cpp(r, 0);
  shapes_go(r, 3);
}
