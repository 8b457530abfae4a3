#include "micro.h"

#include <stdlib.h>
#include <string.h>

uint64_t work_pair(uint64_t ops, uint64_t parameter) {
  (void)parameter;
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < ops; i++) {
    char *p = malloc(64);
    *(volatile char *)p = 1;
    free(p);
  }
  return cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
}

uint64_t work_set(uint64_t ops, uint64_t n) {
  uint64_t state = 88172645463325252;
  char **block = calloc(n, sizeof(*block));
  for (uint64_t i = 0; i < n; i++)
    block[i] = malloc(16 + (random_step(&state) & 255));
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t i = 0; i < ops; i++) {
    uint64_t r = random_step(&state), at = (r >> 16) % n;
    free(block[at]);
    block[at] = malloc(16 + (r & 255));
    *(volatile char *)block[at] = 1;
  }
  uint64_t ns = cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
  for (uint64_t i = 0; i < n; i++)
    free(block[i]);
  free(block);
  return ns;
}

uint64_t work_realloc(uint64_t ops, uint64_t parameter) {
  (void)parameter;
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t done = 0; done < ops;) {
    char *p = NULL;
    for (size_t size = 16; size < 65536 && done < ops; size += size / 2, done++) {
      p = realloc(p, size);
      *(volatile char *)p = 1;
    }
    free(p);
  }
  return cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
}

/* Base 10^9, lowest digit first. */
struct number {
  unsigned n;
  uint32_t digit[];
};

static struct number *make_number(unsigned n) {
  struct number *x = malloc(sizeof(*x) + n * sizeof(x->digit[0]));
  x->n = n;
  return x;
}

static struct number *add(const struct number *a, const struct number *b) {
  unsigned n = a->n > b->n ? a->n : b->n;
  struct number *sum = make_number(n + 1);
  uint32_t carry = 0;
  for (unsigned i = 0; i < n; i++) {
    uint32_t digit = carry + (i < a->n ? a->digit[i] : 0) + (i < b->n ? b->digit[i] : 0);
    carry = digit >= 1000000000;
    sum->digit[i] = digit - carry * 1000000000;
  }
  sum->digit[n] = carry;
  sum->n = n + (carry > 0);
  return sum;
}

static struct number *remainder_of(const struct number *a, uint32_t divisor) {
  struct number *rest = make_number(1);
  uint64_t r = 0;
  for (unsigned i = a->n; i-- > 0;)
    r = (r * 1000000000 + a->digit[i]) % divisor;
  rest->digit[0] = (uint32_t)r;
  return rest;
}

/* The Fibonacci numbers up to some 90 digits, each tried by a small divisor, again and again. */
uint64_t work_bignum(uint64_t ops, uint64_t parameter) {
  (void)parameter;
  uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
  for (uint64_t done = 0; done < ops;) {
    struct number *a = make_number(1), *b = make_number(1);
    a->digit[0] = b->digit[0] = 1;
    for (unsigned i = 0; i < 400 && done < ops; i++, done++) {
      struct number *c = add(a, b), *rest = remainder_of(c, 97 + i);
      free(rest);
      free(a);
      a = b;
      b = c;
    }
    free(a);
    free(b);
  }
  return cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
}
