#include "http/push_queue.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "symbol/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

enum { MAX_FILES = 1000 };
#define MAX_BYTES (64ull << 20)
#define SUFFIX ".push"

/* FNV-1a: the same name in every run, and nothing of the URL to be read. */
static uint64_t hash(const char *s) {
  uint64_t h = 0xcbf29ce484222325ull;
  for (; *s; s++)
    h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
  return h;
}

struct error *push_queue_init(struct push_queue *queue, const char *url) {
  _cleanup_free_ char *cache = symbol_cache_directory(), *push = NULL, *lock = NULL;
  *queue = (struct push_queue){.lock = -1};
  if (!cache)
    return error_create(ERROR_CANNOT,
                        "there is no folder for what is not sent yet: HOME is not "
                        "set or ~/.cache/memprof is not yours alone; set XDG_CACHE_HOME");
  if (asprintf(&push, "%s/push", cache) < 0 ||
      asprintf(&queue->folder, "%s/%016" PRIx64, push, hash(url)) < 0 ||
      asprintf(&lock, "%s/lock", queue->folder) < 0)
    return &error_no_memory;
  if (!symbol_cache_use_directory(push) || !symbol_cache_use_directory(queue->folder))
    return error_create(ERROR_CANNOT, "%s is not a folder of yours alone", queue->folder);
  queue->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return queue->lock < 0 ? error_system(errno, "%s", lock) : NULL;
}

void push_queue_deinit(struct push_queue *queue) {
  free(queue->folder);
  if (queue->lock >= 0)
    close(queue->lock);
  *queue = (struct push_queue){.lock = -1};
}

bool push_queue_lock(struct push_queue *queue) {
  return flock(queue->lock, LOCK_EX | LOCK_NB) == 0;
}

void push_queue_unlock(struct push_queue *queue) {
  flock(queue->lock, LOCK_UN);
}

static bool is_item(const char *name) {
  size_t n = strlen(name);
  return n > strlen(SUFFIX) && name[0] != '.' && !strcmp(name + n - strlen(SUFFIX), SUFFIX);
}

/* Names begin with the time, so that the first by name is the oldest. */
struct folder {
  size_t count;
  uint64_t bytes;
  char oldest[NAME_MAX + 1];
};

static struct folder queue_look(const struct push_queue *queue) {
  struct folder folder = {0};
  _cleanup_closedir_ DIR *dir = opendir(queue->folder);
  struct stat st;
  for (struct dirent *d; dir && (d = readdir(dir));) {
    if (!is_item(d->d_name) || fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
      continue;
    folder.count++;
    folder.bytes += (uint64_t)st.st_size;
    if (!folder.oldest[0] || strcmp(d->d_name, folder.oldest) < 0)
      strcpy(folder.oldest, d->d_name);
  }
  return folder;
}

size_t push_queue_count(const struct push_queue *queue) {
  return queue_look(queue).count;
}

static char *path_of(const struct push_queue *queue, const char *name) {
  char *path;
  return asprintf(&path, "%s/%s", queue->folder, name) < 0 ? NULL : path;
}

static unsigned make_room(const struct push_queue *queue) {
  unsigned dropped = 0;
  for (struct folder folder = queue_look(queue);
       folder.count > MAX_FILES || folder.bytes > MAX_BYTES; folder = queue_look(queue)) {
    _cleanup_free_ char *path = path_of(queue, folder.oldest);
    if (!path || unlink(path) < 0)
      break;
    dropped++;
  }
  return dropped;
}

struct error *push_queue_add(struct push_queue *queue, const char *query, const void *body,
                             size_t size, unsigned *dropped) {
  static unsigned number;
  struct timespec now;
  _cleanup_free_ char *hidden = NULL, *path = NULL;
  clock_gettime(CLOCK_REALTIME, &now);
  if (asprintf(&path, "%s/%012lld%09ld-%d-%u" SUFFIX, queue->folder, (long long)now.tv_sec,
               now.tv_nsec, getpid(), number) < 0 ||
      asprintf(&hidden, "%s/.%d-%u", queue->folder, getpid(), number++) < 0)
    return &error_no_memory;
  FILE *file = fopen(hidden, "wxe");
  if (!file)
    return error_system(errno, "cannot keep what is to be pushed in %s", queue->folder);
  fprintf(file, "%s\n", query);
  fwrite(body, 1, size, file);
  bool failed = ferror(file) != 0;
  failed |= fclose(file) != 0;
  if (failed || rename(hidden, path) < 0) {
    struct error *err =
        error_system(errno, "cannot keep what is to be pushed in %s", queue->folder);
    unlink(hidden);
    return err;
  }
  *dropped += make_room(queue);
  return NULL;
}

void push_item_deinit(struct push_item *item) {
  free(item->path);
  free(item->query);
  free(item->body);
  *item = (struct push_item){0};
}

static bool read_item(struct push_item *item) {
  _cleanup_fclose_ FILE *file = fopen(item->path, "re");
  struct stat st;
  size_t room = 0;
  if (!file || fstat(fileno(file), &st) < 0 || (uint64_t)st.st_size > MAX_BYTES)
    return false;
  ssize_t n = getline(&item->query, &room, file);
  if (n < 1 || n > st.st_size || item->query[n - 1] != '\n')
    return false;
  item->query[n - 1] = '\0';
  item->size = (size_t)(st.st_size - n);
  item->body = malloc(item->size + 1);
  return item->body && fread(item->body, 1, item->size, file) == item->size;
}

bool push_queue_first(struct push_queue *queue, struct push_item *ret) {
  for (;;) {
    struct folder folder = queue_look(queue);
    struct push_item item = {.path = folder.count ? path_of(queue, folder.oldest) : NULL};
    if (!item.path)
      return false;
    if (read_item(&item)) {
      *ret = item;
      return true;
    }
    bool gone = unlink(item.path) == 0 || errno == ENOENT;
    push_item_deinit(&item);
    if (!gone)
      return false;
  }
}

void push_queue_remove(const struct push_item *item) {
  unlink(item->path);
}
