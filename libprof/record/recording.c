#include "record/recording.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Sparse holes may be claimed as data: what a file holds beyond its blocks is not believed. */
#define SLACK (64ull << 20)

static ssize_t pread_all(int fd, void *to, size_t n, uint64_t at) {
  size_t done = 0;
  while (done < n) {
    ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? -1 : (ssize_t)done;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

bool recording_is(const char *path) {
  char magic[8];
  _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st;
  return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && pread_all(fd, magic, 8, 0) == 8 &&
         memcmp(magic, RECORDING_MAGIC, 8) == 0;
}

static struct error *bad(const struct recording *r, const char *what) {
  return error_create(ERROR_BAD_INPUT, "%s: damaged recording: %s", r->path, what);
}

static struct error *read_header(struct recording *r) {
  struct recording_header *h = &r->header;
  ssize_t n = pread_all(r->fd, h, sizeof(*h), 0);
  if (n < 0)
    return error_system(errno, "%s", r->path);
  if (n < 8 || memcmp(h->magic, RECORDING_MAGIC, 8) != 0)
    return error_create(ERROR_BAD_INPUT, "%s: not a memprof recording", r->path);
  if ((size_t)n < sizeof(*h))
    return error_create(ERROR_BAD_INPUT,
                        "%s: recording is cut short within its header, at byte %zd", r->path, n);
  if (h->version != RECORDING_VERSION)
    return error_create(
        ERROR_BAD_INPUT,
        "%s: recording has format version %u, this memprof reads %d; use the memprof that made it",
        r->path, h->version, RECORDING_VERSION);
  if (h->header_size != RECORDING_HEADER_SIZE)
    return bad(r, "its header's size is wrong");
  h->executable[sizeof(h->executable) - 1] = '\0';
  h->command[sizeof(h->command) - 1] = '\0';
  if (h->command_size > sizeof(h->command))
    h->command_size = sizeof(h->command);
  return NULL;
}

/* The number of elements whose chunks are there. */
static uint64_t readable_elements(const struct recording *r, enum recording_table_id id,
                                  uint64_t size) {
  const struct recording_table *table = &r->header.table[id];
  uint64_t elements = 0;
  for (unsigned k = 0; k < RECORDING_MAX_CHUNKS && elements < table->count; k++) {
    uint64_t bytes = chunk_elements(id, k) * table_element_size(id);
    if (!table->chunk[k] || table->chunk[k] > size || bytes > size - table->chunk[k])
      break;
    elements += chunk_elements(id, k);
  }
  return elements < table->count ? elements : table->count;
}

static struct error *read_chunk(struct recording *r, enum recording_table_id id, unsigned k,
                                void *to, uint64_t elements) {
  uint64_t bytes = elements * table_element_size(id);
  ssize_t n = pread_all(r->fd, to, bytes, r->header.table[id].chunk[k]);
  return n < 0                 ? error_system(errno, "%s", r->path)
         : (uint64_t)n < bytes ? bad(r, "a table ends beyond the file")
                               : NULL;
}

/* A table as one array. */
static struct error *read_table(struct recording *r, enum recording_table_id id, uint64_t n,
                                void *ret) {
  char *data = calloc(n ? n : 1, table_element_size(id));
  if (!data)
    return &error_no_memory;
  *(void **)ret = data;
  for (unsigned k = 0; n; k++) {
    uint64_t part = chunk_elements(id, k) < n ? chunk_elements(id, k) : n;
    struct error *err = read_chunk(r, id, k, data, part);
    if (err)
      return err;
    data += part * table_element_size(id);
    n -= part;
  }
  return NULL;
}

static struct error *read_stacks(struct recording *r, uint64_t n) {
  for (unsigned k = 0; n; k++) {
    uint64_t part = chunk_elements(TABLE_STACKS, k) < n ? chunk_elements(TABLE_STACKS, k) : n;
    r->stacks[k] = calloc(chunk_elements(TABLE_STACKS, k), sizeof(uint64_t));
    if (!r->stacks[k])
      return &error_no_memory;
    struct error *err = read_chunk(r, TABLE_STACKS, k, r->stacks[k], part);
    if (err)
      return err;
    n -= part;
  }
  return NULL;
}

static struct error *read_tables(struct recording *r, const struct stat *st) {
  uint64_t size = (uint64_t)st->st_size, n[TABLE_COUNT], total = 0;
  for (int id = 0; id < TABLE_COUNT; id++) {
    n[id] = readable_elements(r, id, size);
    if (id != TABLE_OBJECTS)
      total += n[id] * table_element_size(id);
  }
  if (total > (uint64_t)st->st_blocks * 512 + SLACK)
    return bad(r, "its tables claim more than the file holds");
  r->n_threads = n[TABLE_THREADS];
  r->n_modules = n[TABLE_MODULES];
  r->n_sites = n[TABLE_SITES];
  /* Sites before what they refer to: a site's stack and modules were published before the site. */
  struct error *err = read_table(r, TABLE_SITES, n[TABLE_SITES], &r->sites);
  if (!err)
    err = read_stacks(r, n[TABLE_STACKS]);
  if (!err)
    err = read_table(r, TABLE_MODULES, n[TABLE_MODULES], &r->modules);
  return err ? err : read_table(r, TABLE_THREADS, n[TABLE_THREADS], &r->threads);
}

struct error *recording_open(const char *path, struct recording **ret) {
  _cleanup_recording_ struct recording *r = calloc(1, sizeof(*r));
  if (!r)
    return &error_no_memory;
  r->fd = -1;
  r->path = strdup(path);
  if (!r->path)
    return &error_no_memory;
  r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st;
  if (r->fd < 0 || fstat(r->fd, &st) < 0)
    return error_system(errno, "%s", path);
  if (!S_ISREG(st.st_mode))
    return error_create(ERROR_BAD_INPUT, "%s: not a regular file, so not a recording", path);
  struct error *err = read_header(r);
  /* The header may be older than the tables' growth: its counts bound what is read. */
  if (!err)
    err = read_tables(r, &st);
  if (err)
    return err;
  for (uint64_t i = 0; i < r->n_modules; i++)
    r->modules[i].path[RECORDING_PATH_SIZE - 1] = '\0';
  *ret = no_cleanup_ptr(r);
  return NULL;
}

void recording_destroy(struct recording *r) {
  if (!r)
    return;
  if (r->fd >= 0)
    close(r->fd);
  for (int k = 0; k < RECORDING_MAX_CHUNKS; k++)
    free(r->stacks[k]);
  free(r->threads);
  free(r->modules);
  free(r->sites);
  free(r->path);
  free(r);
}

bool recording_stack(const struct recording *r, uint32_t stack, const uint64_t **frames,
                     uint64_t *word) {
  uint64_t slot;
  unsigned k = chunk_of(TABLE_STACKS, stack, &slot);
  if (k >= RECORDING_MAX_CHUNKS || !r->stacks[k])
    return false;
  *word = r->stacks[k][slot];
  *frames = &r->stacks[k][slot + 1];
  return STACK_DEPTH(*word) <= RECORDING_MAX_DEPTH &&
         STACK_DEPTH(*word) < chunk_elements(TABLE_STACKS, k) - slot;
}

struct recording_totals recording_totals(const struct recording *r) {
  const struct recording_thread *exited = &r->header.exited;
  struct recording_totals sum = {exited->allocs, exited->frees, exited->granted - exited->allocs,
                                 r->header.threads_started};
  for (uint64_t i = 0; i < r->n_threads; i++) {
    const struct recording_thread *t = &r->threads[i];
    sum.allocs += t->allocs;
    sum.frees += t->frees;
    sum.bytes += t->granted - t->left - t->allocs;
  }
  return sum;
}

uint64_t recording_duration_ns(const struct recording *r) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  uint64_t now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
  if (recording_is_live(r) && now > r->header.start_monotonic)
    return now - r->header.start_monotonic;
  uint64_t last = r->header.last_monotonic > r->header.start_monotonic
                      ? r->header.last_monotonic - r->header.start_monotonic
                      : 0;
  for (uint64_t i = 0; i < r->n_threads; i++)
    if (r->threads[i].last > last)
      last = r->threads[i].last;
  return last;
}
