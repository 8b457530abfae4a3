/* An allocator that knows clang's allocation tokens: its functions with tokens call its own without,
 * and these are glibc's by other names. With -DPASSES_ON it has no malloc of its own. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void *memalign(size_t, size_t);

#ifndef PASSES_ON
void *malloc(size_t size) {
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  return __libc_calloc(n, size);
}
void *realloc(void *p, size_t size) {
  return __libc_realloc(p, size);
}
void *memalign(size_t to, size_t size) {
  return __libc_memalign(to, size);
}
void *aligned_alloc(size_t to, size_t size) {
  return __libc_memalign(to, size);
}
void free(void *p) {
  __libc_free(p);
}
#endif

/* The last token that was passed, so that one that is lost shows. */
uintptr_t last_token;

#define FAMILY(prefix, PARAMETER, token)                                                           \
  void *prefix##malloc(size_t n PARAMETER) {                                                       \
    last_token = token;                                                                            \
    return malloc(n);                                                                              \
  }                                                                                                \
  void *prefix##calloc(size_t n, size_t size PARAMETER) {                                          \
    last_token = token;                                                                            \
    return calloc(n, size);                                                                        \
  }                                                                                                \
  void *prefix##realloc(void *p, size_t n PARAMETER) {                                             \
    last_token = token;                                                                            \
    return realloc(p, n);                                                                          \
  }                                                                                                \
  void *prefix##reallocarray(void *p, size_t n, size_t size PARAMETER) {                           \
    last_token = token;                                                                            \
    return realloc(p, n * size);                                                                   \
  }                                                                                                \
  void *prefix##memalign(size_t to, size_t n PARAMETER) {                                          \
    last_token = token;                                                                            \
    return memalign(to, n);                                                                        \
  }                                                                                                \
  void *prefix##aligned_alloc(size_t to, size_t n PARAMETER) {                                     \
    last_token = token;                                                                            \
    return memalign(to, n);                                                                        \
  }                                                                                                \
  int prefix##posix_memalign(void **ret, size_t to, size_t n PARAMETER) {                          \
    last_token = token;                                                                            \
    *ret = memalign(to, n);                                                                        \
    return *ret ? 0 : ENOMEM;                                                                      \
  }                                                                                                \
  void *prefix##valloc(size_t n PARAMETER) {                                                       \
    last_token = token;                                                                            \
    return memalign(4096, n);                                                                      \
  }                                                                                                \
  void *prefix##pvalloc(size_t n PARAMETER) {                                                      \
    last_token = token;                                                                            \
    return memalign(4096, n);                                                                      \
  }                                                                                                \
  void *prefix##_Znwm(size_t n PARAMETER) {                                                        \
    last_token = token;                                                                            \
    return malloc(n);                                                                              \
  }                                                                                                \
  void *prefix##_Znam(size_t n PARAMETER) {                                                        \
    last_token = token;                                                                            \
    return malloc(n);                                                                              \
  }                                                                                                \
  void *prefix##_ZnwmRKSt9nothrow_t(size_t n, const void *no PARAMETER) {                          \
    (void)no;                                                                                      \
    last_token = token;                                                                            \
    return malloc(n);                                                                              \
  }                                                                                                \
  void *prefix##_ZnamRKSt9nothrow_t(size_t n, const void *no PARAMETER) {                          \
    (void)no;                                                                                      \
    last_token = token;                                                                            \
    return malloc(n);                                                                              \
  }                                                                                                \
  void *prefix##_ZnwmSt11align_val_t(size_t n, size_t to PARAMETER) {                              \
    last_token = token;                                                                            \
    return memalign(to, n);                                                                        \
  }                                                                                                \
  void *prefix##_ZnamSt11align_val_t(size_t n, size_t to PARAMETER) {                              \
    last_token = token;                                                                            \
    return memalign(to, n);                                                                        \
  }                                                                                                \
  void *prefix##_ZnwmSt11align_val_tRKSt9nothrow_t(size_t n, size_t to,                            \
                                                   const void *no PARAMETER) {                     \
    (void)no;                                                                                      \
    last_token = token;                                                                            \
    return memalign(to, n);                                                                        \
  }                                                                                                \
  void *prefix##_ZnamSt11align_val_tRKSt9nothrow_t(size_t n, size_t to,                            \
                                                   const void *no PARAMETER) {                     \
    (void)no;                                                                                      \
    last_token = token;                                                                            \
    return memalign(to, n);                                                                        \
  }

#define NO_PARAMETER
#define TOKEN , uintptr_t token
FAMILY(__alloc_token_, TOKEN, token)
FAMILY(__alloc_token_0_, NO_PARAMETER, 0)
FAMILY(__alloc_token_1_, NO_PARAMETER, 1)
