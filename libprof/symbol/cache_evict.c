#include "symbol/cache_evict.h"

#include "base/cleanup.h"
#include "base/vector.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
  char name[256];
  uint64_t size;
  struct timespec used;
};

typedef VECTOR(struct file) file_vector;

static bool is_ours(const char *name) {
  size_t n = strlen(name);
  return n > 4 && n < sizeof((struct file){0}.name) &&
         (!strcmp(name + n - 4, ".sym") || !strcmp(name + n - 4, ".tmp"));
}

static uint64_t read_files(DIR *dir, file_vector *files) {
  uint64_t total = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    struct stat st;
    if (!is_ours(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
      continue;
    struct file file = {.size = (uint64_t)st.st_size, .used = st.st_mtim};
    strcpy(file.name, entry->d_name);
    if (VECTOR_PUSH(files, file))
      total += file.size;
  }
  return total;
}

static int oldest_first(const void *a, const void *b) {
  const struct file *x = a, *y = b;
  if (x->used.tv_sec != y->used.tv_sec)
    return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
  return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

void symbol_cache_evict(const char *directory, uint64_t max_bytes) {
  _cleanup_closedir_ DIR *dir = opendir(directory);
  if (!dir)
    return;
  file_vector files = {0};
  uint64_t total = read_files(dir, &files);
  if (total > max_bytes)
    qsort(files.data, files.count, sizeof(*files.data), oldest_first);
  for (size_t i = 0; i < files.count && total > max_bytes; i++) {
    unlinkat(dirfd(dir), files.data[i].name, 0);
    total -= files.data[i].size;
  }
  VECTOR_DEINIT(&files);
}

/* Its time is that of the last look. */
#define LOOKED ".looked"
enum { SELDOM_S = 60 };

static bool is_due(int dir) {
  struct stat st;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return fstatat(dir, LOOKED, &st, AT_SYMLINK_NOFOLLOW) || st.st_mtim.tv_sec > now.tv_sec ||
         now.tv_sec - st.st_mtim.tv_sec >= SELDOM_S;
}

void symbol_cache_evict_seldom(const char *directory, uint64_t max_bytes) {
  _cleanup_close_ int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0 || !is_due(dir))
    return;
  _cleanup_close_ int looked =
      openat(dir, LOOKED, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (looked >= 0)
    futimens(looked, NULL);
  symbol_cache_evict(directory, max_bytes);
}
