/* Answers kept between runs: one file a binary in a private directory.
 *
 * A file is named by the binary's build-id and a hash of its path, and its answers are used only
 * while the binary at that path keeps its size and time of change, so that a hostile binary that
 * claims the build-id of another can spoil answers about itself only. Answers that were found
 * without debug information are used only until some turns up in the places where libdw looks.
 *
 * A cache file is not trusted: it is checked whole (checksum, every index, every string) and
 * ignored if anything is wrong. Writers write a temporary file and rename it; of two at once the
 * later one wins. The directory has mode 0700 and is ours, or is not used. It is brought under
 * SYMBOL_CACHE_MAX_BYTES once a minute by removing what was not used for longest. No failure
 * here is an error: the worst is to look things up again. */
#pragma once

#include "symbol/results.h"

#define SYMBOL_CACHE_MAX_BYTES (64 << 20)

/* The things that answers hold for. */
struct symbol_cache_key {
  const char *directory;  /* from symbol_cache_directory */
  const char *build_id;   /* lower-case hex, not empty */
  const char *path;       /* of the binary, as the profile has it */
  const char *debug_dirs; /* colon-separated */
};

/* $XDG_CACHE_HOME/memprof or $HOME/.cache/memprof, which is made if it is missing; NULL if it
 * cannot be made or is not private, or if MEMPROF_NO_CACHE is set and not empty. The caller frees
 * it. */
char *symbol_cache_directory(void);

/* Makes `directory` if it is missing; whether it is ours and nobody else can write to it. */
bool symbol_cache_use_directory(const char *directory);

/* Reads the answers for key into *results (empty before), sorted. False if no valid file
 * holds any. */
bool symbol_cache_load(const struct symbol_cache_key *key, struct symbol_results *results);

/* Replaces the answers for key. has_dwarf: the binary's debug information was found; else
 * debug_link is the name in its .gnu_debuglink ("" if it has none). */
void symbol_cache_store(const struct symbol_cache_key *key, bool has_dwarf, const char *debug_link,
                        const struct symbol_results *results);
