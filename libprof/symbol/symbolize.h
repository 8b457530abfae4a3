/* Names for the code in a profile: functions, files, lines and inlined frames.
 *
 * For each location without lines the file of its mapping is found (symbol/binary.h), its byte
 * offset in that file is turned into frames by libdw, and the frames become the location's
 * lines. Addresses are taken as they are: they lie inside the call instruction already.
 *
 * Names have no parameters (symbol/demangle.h). Code that no table names gets a stand-in for a
 * name, so that every location has a line afterwards:
 *
 *   libfoo+0x1234   of libfoo.so.1; 0x1234 is an ELF address: of the function's first byte where the
 *                   unwind tables tell it, so that all of a stripped function has one name; else of
 *                   the code itself. If the file cannot be read, it is the byte's offset in the file.
 *   [vdso], [heap]  the mapping's own name, if the mapping shows no file (JIT code, for one)
 *   [unknown]       the address lies in no mapping
 *
 * A mapping's flags tell only of real names. Stand-ins count as "without lines" when a profile
 * is symbolized again.
 *
 * Threads may call it, each with a profile of its own. One call runs at a time, because libdw
 * and the debuginfod limit (symbol/debuginfod.h) are not thread-safe. */
#pragma once

#include "model/profile.h"

#define SYMBOL_DEBUG_DIRS "/usr/lib/debug"

struct symbolize_options {
  bool force;            /* look up also what has lines; what cannot be found keeps them */
  bool no_cache;         /* neither read nor write the symbol cache */
  const char *cache_dir; /* NULL: symbol_cache_directory() */
  const char
      *debug_dirs; /* colon-separated directories with debug files; NULL: SYMBOL_DEBUG_DIRS */
  /* Called for each file whose code stays unnamed, with one line that says why; may be NULL. The
   * line quotes the profile: it is not safe to print as it is. */
  void (*warn)(const char *message, void *context);
  void *warn_context;
};

/* True for a location with a real name, not one without lines or with a stand-in for a name. */
bool symbolize_has_name(const struct profile *profile, const struct profile_location *location);

/* Fills in the profile. `options` may be NULL: all defaults. The only error is exhausted memory;
 * the profile is then still valid. */
struct error *symbolize_profile(struct profile *profile, const struct symbolize_options *options);
