#include "symbol/cache.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "symbol/binary.h"
#include "symbol/cache_evict.h"
#include "symbol/cache_format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILE (32 << 20)
#define SECONDS_A_DAY 86400

static bool is_private(const char *directory) {
  struct stat st;
  return !lstat(directory, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
         !(st.st_mode & (S_IWGRP | S_IWOTH));
}

bool symbol_cache_use_directory(const char *directory) {
  return (!mkdir(directory, 0700) || errno == EEXIST) && is_private(directory);
}

static char *join_path(const char *directory, const char *name) {
  char *path;
  return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

char *symbol_cache_directory(void) {
  const char *off = getenv("MEMPROF_NO_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
             *home = getenv("HOME");
  if (off && *off)
    return NULL;
  _cleanup_free_ char *base = NULL;
  if (xdg && *xdg == '/') /* the XDG specification: a relative path is to be ignored */
    base = strdup(xdg);
  else if (home && *home == '/')
    base = join_path(home, ".cache");
  if (!base)
    return NULL;
  mkdir(base, 0700);
  _cleanup_free_ char *directory = join_path(base, "memprof");
  if (!directory || !symbol_cache_use_directory(directory))
    return NULL;
  return_ptr(directory);
}

/* A file's stat as one number; 0 if there is no such file. */
static uint64_t cache_stamp(const char *path) {
  struct stat st;
  if (stat(path, &st))
    return 0;
  uint64_t facts[] = {(uint64_t)st.st_size, (uint64_t)st.st_mtim.tv_sec,
                      (uint64_t)st.st_mtim.tv_nsec, st.st_ino, st.st_dev};
  return XXH3_64bits(facts, sizeof(facts)) | 1;
}

static void add_stamp(XXH64_hash_t *sum, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_stamp(XXH64_hash_t *sum, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  _cleanup_free_ char *path = NULL;
  if (vasprintf(&path, format, ap) < 0)
    path = NULL;
  va_end(ap);
  *sum = XXH64(path ? (uint64_t[]){cache_stamp(path)} : (uint64_t[]){0}, sizeof(uint64_t), *sum);
}

/* The places where libdw would look for debug information (libdwfl.h,
 * dwfl_standard_find_debuginfo). */
static uint64_t cache_surroundings(const struct symbol_cache_key *key, const char *debug_link) {
  const char *urls = getenv("DEBUGINFOD_URLS"), *name = path_base_name(key->path);
  int directory = (int)(name - key->path);
  _cleanup_free_ char *link = NULL;
  /* Without a .gnu_debuglink it tries NAME.debug. */
  if (asprintf(&link, "%s%s", *debug_link ? debug_link : name, *debug_link ? "" : ".debug") < 0)
    return 0;
  XXH64_hash_t sum = XXH64(urls ? urls : "", urls ? strlen(urls) : 0, 0);
  add_stamp(&sum, "%.*s%s", directory, key->path, link);
  add_stamp(&sum, "%.*s.debug/%s", directory, key->path, link);
  for (const char *dirs = key->debug_dirs; *dirs;) {
    int n = (int)strcspn(dirs, ":");
    add_stamp(&sum, "%.*s/.build-id/%.2s/%s.debug", n, dirs, key->build_id, key->build_id + 2);
    add_stamp(&sum, "%.*s%.*s%s", n, dirs, directory, key->path, link);
    dirs += n + (dirs[n] == ':');
  }
  return sum;
}

static char *file_of(const struct symbol_cache_key *key) {
  char *path;
  if (!build_id_is_valid(key->build_id))
    return NULL;
  uint64_t hash = XXH3_64bits(key->path, strlen(key->path));
  return asprintf(&path, "%s/%s-%016lx.sym", key->directory, key->build_id, (unsigned long)hash) < 0
             ? NULL
             : path;
}

static bool read_all(int fd, char *bytes, size_t n) {
  for (size_t done = 0; done < n;) {
    ssize_t got = read(fd, bytes + done, n - done);
    if (got <= 0 && !(got < 0 && errno == EINTR))
      return false;
    done += got > 0 ? (size_t)got : 0;
  }
  return true;
}

static bool write_all(int fd, const char *bytes, size_t n) {
  for (size_t done = 0; done < n;) {
    ssize_t put = write(fd, bytes + done, n - done);
    if (put < 0 && errno != EINTR)
      return false;
    done += put > 0 ? (size_t)put : 0;
  }
  return true;
}

/* Eviction takes the oldest: a file that is used counts as young. Once a day is enough. */
static void keep_young(int fd, const struct stat *st) {
  if (time(NULL) - st->st_mtim.tv_sec > SECONDS_A_DAY)
    futimens(fd, NULL);
}

static bool cache_load(int fd, struct symbol_results *results, struct cache_facts *facts) {
  struct stat st;
  if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_size <= 0 ||
      st.st_size > MAX_FILE)
    return false;
  size_t n = (size_t)st.st_size;
  _cleanup_free_ char *bytes = malloc(n);
  if (!bytes || !read_all(fd, bytes, n) || !cache_format_read(bytes, n, results, facts))
    return false;
  keep_young(fd, &st);
  return true;
}

bool symbol_cache_load(const struct symbol_cache_key *key, struct symbol_results *results) {
  _cleanup_free_ char *path = file_of(key);
  _cleanup_close_ int fd = path ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
  struct cache_facts facts;
  if (fd < 0 || !cache_load(fd, results, &facts))
    return false;
  if (!strcmp(facts.path, key->path) && facts.binary_stamp == cache_stamp(key->path) &&
      (facts.has_dwarf || facts.surroundings == cache_surroundings(key, facts.debug_link)))
    return true;
  symbol_results_deinit(results);
  return false;
}

void symbol_cache_store(const struct symbol_cache_key *key, bool has_dwarf, const char *debug_link,
                        const struct symbol_results *results) {
  struct cache_facts facts = {.path = key->path,
                              .debug_link = debug_link,
                              .binary_stamp = cache_stamp(key->path),
                              .surroundings = has_dwarf ? 0 : cache_surroundings(key, debug_link),
                              .has_dwarf = has_dwarf};
  _cleanup_free_ char *path = file_of(key), *temporary = join_path(key->directory, "XXXXXX.tmp");
  _cleanup_free_ void *bytes = NULL;
  size_t n = 0;
  if (!path || !temporary || !cache_format_write(results, &facts, &bytes, &n) || n > MAX_FILE)
    return;
  _cleanup_close_ int fd = mkostemps(temporary, 4, O_CLOEXEC);
  if (fd < 0)
    return;
  if (!write_all(fd, bytes, n) || rename(temporary, path))
    unlink(temporary);
  else
    symbol_cache_evict_seldom(key->directory, SYMBOL_CACHE_MAX_BYTES);
}
