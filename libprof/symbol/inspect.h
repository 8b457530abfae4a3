/* Can a program be profiled by preloading a library, and how good will its profile be?
 *
 * inspect_program looks for what makes preloading impossible or useless, before the program runs;
 * it reads a few pages of the file and is fast enough for every start. inspect_debug_info looks at
 * what the profile's names will come from. Neither runs anything. Not thread-safe (libelf). */
#pragma once

#include "base/error.h"
#include "symbol/build_id.h"
#include "symbol/inspect_allocator.h"
#include "symbol/runtime.h"

#include <limits.h>
#include <stdbool.h>

/* In the order of checking: the first that applies is reported. */
enum obstacle {
  OBSTACLE_NONE,
  OBSTACLE_NOT_FOUND,
  OBSTACLE_NOT_A_FILE,     /* a directory, a device */
  OBSTACLE_NOT_EXECUTABLE, /* no permission */
  OBSTACLE_NO_INTERPRETER, /* a script whose interpreter is missing */
  OBSTACLE_UNREADABLE,     /* may be run but not read, or is damaged */
  OBSTACLE_ARCHITECTURE,   /* of another machine or word size */
  OBSTACLE_STATIC,         /* no dynamic loader: nothing can be preloaded */
  OBSTACLE_NO_LOADER,      /* its dynamic loader is not on this machine */
  OBSTACLE_NOT_GLIBC,      /* musl or another C library */
  OBSTACLE_PRIVILEGED,     /* set-uid, set-gid or capabilities: the loader ignores LD_PRELOAD */
  OBSTACLE_OWN_MALLOC,     /* its own malloc comes before any preloaded one */
  OBSTACLE_SANITIZER,      /* AddressSanitizer's or ThreadSanitizer's library must come first */
};

#define INSPECT_FUNCTION_MAX 64

struct inspection {
  enum obstacle obstacle;
  int err_no;        /* NOT_FOUND, NOT_EXECUTABLE, UNREADABLE: the system's reason, or 0 */
  char *path;        /* the file that execvp would run; the name as given if it is missing */
  char *program;     /* the ELF file inspected: path, or the interpreter of the script at path */
  char *interpreter; /* what the script asks for, as far as it was found; "" for no script */
  char loader[PATH_MAX];    /* PT_INTERP or "" */
  const char *architecture; /* "x86-64", "i386", ...; static */
  const char *allocator;    /* whose malloc it uses: "glibc", "jemalloc", "tcmalloc", ...; static */
  const struct linked_allocator *linked; /* compiled into the program itself; NULL for none */
  char own_malloc[INSPECT_FUNCTION_MAX]; /* its function; "" where only its messages are there */
  char build_id[BUILD_ID_HEX_MAX];
  char sanitizer[64]; /* the library of a sanitizer's that it needs, or "" */
  bool is_go;
  const struct runtime *runtime;     /* whose own heap is not malloc's; NULL for none known */
  bool has_unwind_tables;            /* .eh_frame_hdr */
  bool has_symtab;                   /* .symtab */
  bool setuid, setgid, capabilities; /* that take effect for us */
};

enum debug_info {
  DEBUG_INFO_NONE,
  DEBUG_INFO_MINI,     /* .gnu_debugdata: function names only */
  DEBUG_INFO_SEPARATE, /* in another file: by build-id or .gnu_debuglink */
  DEBUG_INFO_INSIDE,
};

/* Inspects the program that execvp(name) would run: a name without a slash is looked for in PATH.
 * For a script, its interpreter is inspected (through "#!/usr/bin/env NAME", too). ret->obstacle
 * says what is wrong with the program; the only error is exhausted memory. The caller frees *ret
 * with inspection_deinit. */
struct error *inspect_program(const char *name, struct inspection *ret);
void inspection_deinit(struct inspection *inspection);

/* The allocator that is compiled into the ELF file at `path`, a program or a library: its calls
 * pass by a preloaded library. NULL for none and for what cannot be read. `function` gets its
 * function, or "" where only its messages are there. A library's plain malloc does not count,
 * because a preloaded one comes before it. The shared library of an allocator counts if it has
 * functions under other names (libjemalloc.so.2). */
const struct linked_allocator *inspect_linked_allocator(const char *path,
                                                        char function[static INSPECT_FUNCTION_MAX]);

/* The source of names and lines of inspection->program. *ret_file is the file (owned by the caller,
 * NULL for NONE). debug_dirs: colon-separated, NULL for the default. May ask debuginfod. */
enum debug_info inspect_debug_info(const struct inspection *inspection, const char *debug_dirs,
                                   char **ret_file);
