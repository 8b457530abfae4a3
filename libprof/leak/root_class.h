/* Where pointers are looked for: the classes of roots, each of which can be left out. */
#pragma once

/* X(ID, NAME) for each class ROOT_ID. The name is its word in --roots and, behind "use_", its
 * option in LSAN_OPTIONS (cli/leaks/options.c); leak/why.c has the words for a message. */
#define ROOT_CLASSES(X)                                                                            \
  /* stacks from the stack pointer up, signal and coroutine stacks too */                          \
  X(STACKS, "stacks")                                                                              \
  /* general and vector registers */                                                               \
  X(REGISTERS, "registers")                                                                        \
  /* writable data of modules */                                                                   \
  X(GLOBALS, "globals")                                                                            \
  /* static and dynamic thread-local storage, pthread keys */                                      \
  X(TLS, "tls")                                                                                    \
  /* other writable mappings without blocks; __lsan_register_root_region */                        \
  X(MMAP, "mmap")

#define ROOT_CLASS_ID(id, name) ROOT_##id,
enum root_class { ROOT_CLASSES(ROOT_CLASS_ID) N_ROOT_CLASSES };
#undef ROOT_CLASS_ID
enum { ROOTS_ALL = (1 << N_ROOT_CLASSES) - 1 };
