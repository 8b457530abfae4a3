#include "recording/recording.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "recording/file.h"
#include "recording/site_frees.h"
#include "recording/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tables may claim this much more than the file holds: a tool that copies it may make holes of its
 * zeros. */
#define SLACK (1ull << 20)

bool recording_is(const char *path) {
  char magic[8];
  _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat st;
  return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && file_read(fd, magic, 8, 0) == 8 &&
         memcmp(magic, RECORDING_MAGIC, 8) == 0;
}

static struct error *recording_damaged(const struct recording *r, const char *what) {
  return error_create(ERROR_BAD_INPUT, "%s: damaged recording: %s", r->path, what);
}

static struct error *read_header(struct recording *r) {
  struct recording_header *h = &r->header;
  ssize_t n = file_read(r->fd, h, sizeof(*h), 0);
  if (n < 0)
    return error_system(errno, "%s", r->path);
  if (n < 8 || memcmp(h->magic, RECORDING_MAGIC, 8) != 0)
    return error_create(ERROR_BAD_INPUT, "%s: not a memprof recording", r->path);
  if ((size_t)n >= offsetof(struct recording_header, header_size) &&
      h->version != RECORDING_VERSION)
    return error_create(
        ERROR_BAD_INPUT,
        "%s: recording has format version %u, this memprof reads %d; use the memprof that made it",
        r->path, h->version, RECORDING_VERSION);
  if ((size_t)n < sizeof(*h))
    return error_create(ERROR_BAD_INPUT,
                        "%s: recording is cut short within its header, at byte %zd", r->path, n);
  if (h->header_size != RECORDING_HEADER_SIZE)
    return recording_damaged(r, "its header's size is wrong");
  if (h->granule_shift > GRANULE_SHIFT_MOST)
    return recording_damaged(r, "its granules stand for too much memory");
  h->executable[sizeof(h->executable) - 1] = '\0';
  h->command[sizeof(h->command) - 1] = '\0';
  if (h->command_size > sizeof(h->command))
    h->command_size = sizeof(h->command);
  return NULL;
}

/* A thread's counters while the shim folds them into `exited`. */
#define THREAD_FOLDING UINT32_MAX

static const char *const table_names[TABLE_COUNT] = {
    "threads",      "modules", "stacks",     "sites",     "tags",
    "live objects", "leaves",  "reservoirs", "histories", "wide leaves"};

/* All elements that were given out must lie in chunks, and the chunks in the file. */
static struct error *check_table(const struct recording *r, enum recording_table_id id,
                                 uint64_t size) {
  const struct recording_table *table = &r->header.table[id];
  uint64_t left = table->count;
  for (unsigned k = 0; left; k++) {
    if (k == RECORDING_MAX_CHUNKS || !table->chunk[k])
      return error_create(ERROR_BAD_INPUT,
                          "%s: damaged recording: its table of %s counts %" PRIu64
                          " elements and has room for %" PRIu64,
                          r->path, table_names[id], table->count, table->count - left);
    uint64_t part = chunk_elements(id, k) < left ? chunk_elements(id, k) : left;
    uint64_t at = table->chunk[k];
    if (at < RECORDING_HEADER_SIZE || at > size || part * table_element_size(id) > size - at)
      return error_create(ERROR_BAD_INPUT,
                          "%s: damaged or cut recording: part %u of its table of %s is at byte "
                          "%" PRIu64 ", but the file has %" PRIu64,
                          r->path, k, table_names[id], at, size);
    left -= part;
  }
  return NULL;
}

/* Leaves that are counted and not in the file are left out and count as dropped: earlier shims went
 * on counting where the file system had no room for more. */
static struct error *check_claims(struct recording *r, uint64_t others) {
  struct recording_header *h = &r->header;
  uint64_t each = table_element_size(TABLE_LEAVES), leaves = h->table[TABLE_LEAVES].count;
  uint64_t claimed = others + leaves * each;
  uint64_t most = claimed > SLACK ? claimed - SLACK : 0, held = file_data(r->fd, most) + SLACK;
  if (others > held)
    return recording_damaged(r, "its tables claim more than the file holds");
  if (claimed <= held)
    return NULL;
  h->table[TABLE_LEAVES].count = (held - others) / each;
  if (!h->dropped[DROP_SPACE])
    h->dropped[DROP_SPACE] = leaves - h->table[TABLE_LEAVES].count;
  return NULL;
}

static struct error *check_tables(struct recording *r) {
  struct stat st;
  uint64_t claimed = 0;
  if (fstat(r->fd, &st) < 0)
    return error_system(errno, "%s", r->path);
  for (int id = 0; id < TABLE_COUNT; id++) {
    if (id == TABLE_OBJECTS) /* counts levels, and is checked by who reads them */
      continue;
    struct error *err = check_table(r, id, (uint64_t)st.st_size);
    if (err)
      return err;
    if (id != TABLE_LEAVES)
      claimed += r->header.table[id].count * table_element_size(id);
  }
  return check_claims(r, claimed);
}

/* Reads the tables' counts and places. They are not copied at one moment: if its parts disagree,
 * another copy shows whether the file is at fault. */
static struct error *read_counts(struct recording *r) {
  enum { TRIES = 3 };
  struct error *err = NULL;
  for (int i = 0; i == 0 || (err && i < TRIES); i++) {
    error_destroy(err);
    ssize_t n = file_read(r->fd, r->header.table, sizeof(r->header.table),
                          offsetof(struct recording_header, table));
    if (n < 0)
      return error_system(errno, "%s", r->path);
    err = (size_t)n < sizeof(r->header.table) ? recording_damaged(r, "it ends within its header")
                                              : check_tables(r);
  }
  return err;
}

/* A table as one array. */
static struct error *read_table(struct recording *r, enum recording_table_id id, void *ret,
                                uint64_t *ret_n) {
  const struct recording_table *table = &r->header.table[id];
  uint64_t left = table->count, each = table_element_size(id);
  char *data = calloc(left ? left : 1, each);
  if (!data)
    return &error_no_memory;
  *(void **)ret = data;
  *ret_n = left;
  for (unsigned k = 0; left; k++) {
    uint64_t part = chunk_elements(id, k) < left ? chunk_elements(id, k) : left;
    ssize_t n = file_read(r->fd, data, part * each, table->chunk[k]);
    if (n < 0)
      return error_system(errno, "%s", r->path);
    if ((uint64_t)n < part * each)
      return recording_damaged(r, "it was cut while it was read");
    data += part * each;
    left -= part;
  }
  return NULL;
}

/* The shim adds a finished thread's counters to `exited` and empties its place. Between these two
 * steps the thread would count twice, and half of it if read in their midst. An allocation moves
 * what its thread has left and what was granted to it, one after the other. So everything is read
 * again until nothing has moved. */
static struct error *read_threads_once(struct recording *r, bool *moved) {
  struct recording_header *h = &r->header;
  struct recording_thread exited, *again = NULL;
  uint64_t n_again, at = offsetof(struct recording_header, exited);
  struct error *err = read_table(r, TABLE_THREADS, &r->threads, &r->n_threads);
  if (!err)
    err = read_table(r, TABLE_THREADS, &again, &n_again);
  if (!err && file_read(r->fd, &exited, sizeof(exited), at) != sizeof(exited))
    err = recording_damaged(r, "it was cut while it was read");
  if (!err) {
    *moved = memcmp(&exited, &h->exited, sizeof(exited)) != 0;
    h->exited = exited;
    for (uint64_t i = 0; i < r->n_threads; i++)
      *moved |= again[i].granted != r->threads[i].granted || again[i].tid == THREAD_FOLDING;
    free(r->threads);
    r->threads = again;
  } else
    free(again);
  return err;
}

/* A process that samples often moves always, and a killed one stays as it was for ever: after some
 * tries the latest reading must do. Thousands of threads are not read that often. */
static struct error *read_threads(struct recording *r) {
  int tries = r->header.table[TABLE_THREADS].count < 1024 ? 64 : 8;
  bool moved = true;
  struct error *err = NULL;
  for (int i = 0; !err && moved && i < tries; i++) {
    free(r->threads);
    r->threads = NULL;
    err = read_threads_once(r, &moved);
  }
  return err;
}

/* Sites are read before all that they refer to: a site's stack and modules were published before
 * the site, so counts that are read after it cover them. */
static struct error *read_sites(struct recording *r, enum recording_part part) {
  _cleanup_free_ struct recording_site *earlier = NULL;
  uint64_t n_earlier;
  struct error *err = read_table(r, TABLE_SITES, &earlier, &n_earlier);
  if (!err)
    err = read_counts(r);
  if (!err)
    err = read_table(r, TABLE_SITES, &r->sites, &r->n_sites);
  if (!err)
    site_freed_figures(r, earlier, n_earlier);
  if (err || part == RECORDING_SITES)
    return err;
  err = read_table(r, TABLE_HISTORIES, &r->histories, &r->n_histories);
  if (!err)
    err = read_counts(r);
  if (!err)
    err = read_table(r, TABLE_STACKS, &r->stacks, &r->n_stacks);
  if (!err)
    err = read_table(r, TABLE_MODULES, &r->modules, &r->n_modules);
  if (!err)
    err = read_table(r, TABLE_TAGS, &r->tags, &r->n_tags);
  for (uint64_t i = 0; !err && i < r->n_modules; i++)
    r->modules[i].path[RECORDING_PATH_SIZE - 1] = '\0';
  return err;
}

/* Where a recording is, and what it must be to be believed. */
struct place {
  int folder;
  const char *name;
  bool named; /* by the user: links and other users' files are read, too */
  uid_t owner;
};

static struct error *check_place(const struct recording *r, const struct place *place,
                                 const struct stat *st) {
  if (place->named)
    return NULL;
  if (st->st_nlink > 1)
    return error_create(ERROR_BAD_INPUT,
                        "%s: the file has %ju names: another user may have put it there", r->path,
                        (uintmax_t)st->st_nlink);
  if (place->owner != ANYBODY && st->st_uid != place->owner)
    return error_create(ERROR_BAD_INPUT, "%s: the file is user %u's, not user %u's", r->path,
                        st->st_uid, place->owner);
  return NULL;
}

static struct error *open_file(struct recording *r, const struct place *place) {
  struct stat st;
  /* Opening a pipe must not wait for a writer. */
  int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (place->named ? 0 : O_NOFOLLOW);
  r->fd = openat(place->folder, place->name, flags);
  if (r->fd < 0 && errno == ELOOP && !place->named)
    return error_create(ERROR_BAD_INPUT, "%s: a symbolic link, so not a recording of memprof's",
                        r->path);
  if (r->fd < 0 || fstat(r->fd, &st) < 0)
    return error_system(errno, "%s", r->path);
  if (!S_ISREG(st.st_mode))
    return error_create(ERROR_BAD_INPUT, "%s: not a regular file, so not a recording", r->path);
  return check_place(r, place, &st);
}

static struct error *open_recording(const struct place *place, const char *path,
                                    enum recording_part part, struct recording **ret) {
  _cleanup_recording_ struct recording *r = calloc(1, sizeof(*r));
  if (!r)
    return &error_no_memory;
  r->fd = -1;
  r->path = strdup(path);
  if (!r->path)
    return &error_no_memory;
  struct error *err = open_file(r, place);
  if (!err)
    err = read_header(r);
  if (!err)
    err = read_counts(r);
  r->pid = recording_writer(&r->header);
  if (!err && part >= RECORDING_SITES)
    err = read_sites(r, part);
  if (!err)
    err = read_threads(r);
  if (err)
    return err;
  site_frees_fold(r);
  *ret = no_cleanup_ptr(r);
  return NULL;
}

static struct error *open_found(const char *path, enum recording_part part,
                                struct recording **ret) {
  uid_t user = geteuid();
  struct place place = {AT_FDCWD, path, false, user ? user : ANYBODY};
  return open_recording(&place, path, part, ret);
}

struct error *recording_open(const char *path, struct recording **ret) {
  return open_found(path, RECORDING_ALL, ret);
}

struct error *recording_open_sites(const char *path, struct recording **ret) {
  return open_found(path, RECORDING_SITES, ret);
}

struct error *recording_open_counters(const char *path, struct recording **ret) {
  return open_found(path, RECORDING_COUNTERS, ret);
}

struct error *recording_open_in(int folder, const char *name, const char *path, uid_t owner,
                                struct recording **ret) {
  struct place place = {folder, name, false, owner};
  return open_recording(&place, path, RECORDING_ALL, ret);
}

struct error *recording_open_named(const char *path, enum recording_part part,
                                   struct recording **ret) {
  struct place place = {AT_FDCWD, path, true, ANYBODY};
  return open_recording(&place, path, part, ret);
}

void recording_destroy(struct recording *r) {
  if (!r)
    return;
  if (r->fd >= 0)
    close(r->fd);
  free(r->stacks);
  free(r->threads);
  free(r->modules);
  free(r->sites);
  free(r->tags);
  free(r->histories);
  free(r->path);
  free(r);
}

const char *recording_program(const struct recording *r) {
  const char *name = path_base_name(r->header.command);
  name += *name == '-'; /* a login shell */
  return *name && r->header.command_size ? name : path_base_name(r->header.executable);
}

/* Words of stacks that lie in one chunk and can be read one after the other. */
struct word_run {
  uint64_t first; /* index of the first word */
  const uint64_t *next, *end;
};

static struct word_run words_from(const struct recording *r, uint64_t first) {
  uint64_t place, left = r->n_stacks - first;
  uint64_t room = chunk_elements(TABLE_STACKS, chunk_of(TABLE_STACKS, first, &place)) - place;
  const uint64_t *next = &r->stacks[first];
  return (struct word_run){first, next, next + (room < left ? room : left)};
}

/* The shim links to words that it wrote before, so a link that does not go back is damage. Each
 * run thus begins before the last one, and links come to an end. */
static bool next_frame(const struct recording *r, struct word_run *run, bool may_link,
                       uint64_t *ret) {
  if (run->next == run->end)
    return false;
  if (may_link && *run->next & STACK_LINK_BIT) {
    uint64_t linked = STACK_LINKED(*run->next);
    if (linked >= run->first)
      return false;
    *run = words_from(r, linked);
  }
  *ret = *run->next++;
  return !(*ret & STACK_LINK_BIT);
}

bool recording_stack(const struct recording *r, uint32_t stack,
                     uint64_t frames[RECORDING_MAX_DEPTH], uint64_t *word) {
  if (stack >= r->n_stacks || !r->stacks[stack])
    return false;
  struct word_run run = words_from(r, stack);
  *word = *run.next++;
  if (STACK_DEPTH(*word) > RECORDING_MAX_DEPTH)
    return false;
  for (uint32_t i = 0; i < STACK_DEPTH(*word); i++)
    if (!next_frame(r, &run, i > 0, &frames[i]))
      return false;
  return true;
}
