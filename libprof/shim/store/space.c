#include "shim/store/space.h"

#include "shim/sys/atomics.h"
#include "shim/sys/lock.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define PAGE 4096ul
/* As much as a recording may hold, where the file system and RLIMIT_FSIZE let it. */
#define SIZE_LIMIT (64ul << 30)

struct recording_header *recording;
char *chunk_address[TABLE_COUNT][RECORDING_MAX_CHUNKS];

/* The mappings of the file; growth duplicates the last page of the newest one. */
static struct {
  char *address;
  size_t size;
} mapping[TABLE_COUNT * RECORDING_MAX_CHUNKS + 1];
static unsigned n_mappings;
static char *last_page;
/* To know the file again. */
static struct {
  char path[RECORDING_PATH_SIZE];
  dev_t device;
  ino_t inode;
} file;
static struct lock growing;
static bool full;
/* Leaves are many and large: they are populated in steps, as they are taken. The first so many of
 * each kind may be touched. */
static uint64_t leaves_populated[TABLE_COUNT];

static size_t page_round(size_t n) {
  return (n + PAGE - 1) & ~(PAGE - 1);
}

static size_t chunk_bytes(enum recording_table_id id, unsigned k) {
  return page_round(chunk_elements(id, k) * table_element_size(id));
}

static int space_populate(char *address, size_t size) {
  return (int)sys(SYS_madvise, address, size, MADV_POPULATE_WRITE);
}

static void remember_mapping(char *address, size_t size) {
  mapping[n_mappings].address = address;
  mapping[n_mappings++].size = size;
  last_page = address + size - PAGE;
  /* A core dump would otherwise hold it where the user's filter includes shared mappings. */
  sys(SYS_madvise, address, size, MADV_DONTDUMP);
}

/* Gives the file its apparent size. A file size limit is kept well clear of: passing it raises
 * SIGXFSZ. */
static uint64_t set_apparent_size(int fd, size_t least) {
  struct rlimit limit;
  uint64_t size = SIZE_LIMIT;
  if (sys(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) == 0 && limit.rlim_cur < size)
    size = limit.rlim_cur / PAGE * PAGE;
  for (; size >= least; size /= 4)
    if (sys(SYS_ftruncate, fd, size) == 0)
      return size;
  return 0;
}

static char *map_start(int fd, size_t size) {
  long address = sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (sys_failed(address))
    return NULL;
  if (space_populate((char *)address, size) == 0)
    return (char *)address;
  sys(SYS_munmap, address, size);
  return NULL;
}

int space_create(const char *path) {
  size_t size = RECORDING_HEADER_SIZE;
  for (int id = 0; id < TABLE_RESERVOIRS; id++)
    size += chunk_bytes(id, 0);
  int fd = (int)sys(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                    0600);
  if (fd < 0)
    return fd;
  struct stat st = {0};
  sys(SYS_fstat, fd, &st);
  file.device = st.st_dev;
  file.inode = st.st_ino;
  text_copy(file.path, path, sizeof(file.path));
  uint64_t limit = set_apparent_size(fd, size);
  char *start = limit ? map_start(fd, size) : NULL;
  sys(SYS_close, fd);
  if (!start) {
    sys(SYS_unlinkat, AT_FDCWD, path, 0);
    return -28; /* ENOSPC: whichever call it was, there is no room for a recording here */
  }
  struct recording_header *header = (void *)start;
  header->version = RECORDING_VERSION;
  header->header_size = RECORDING_HEADER_SIZE;
  header->limit = limit;
  header->size = RECORDING_HEADER_SIZE;
  for (int id = 0; id < TABLE_RESERVOIRS; id++) {
    header->table[id].chunk[0] = header->size;
    chunk_address[id][0] = start + header->size;
    header->size += chunk_bytes(id, 0);
  }
  full = false;
  leaves_populated[TABLE_LEAVES] = table_first(TABLE_LEAVES);
  leaves_populated[TABLE_WIDE_LEAVES] = 0;
  remember_mapping(start, size);
  recording = header;
  return 0;
}

void space_detach(struct space_view *view) {
  recording = NULL;
  lock_reset(&growing);
  view->n_mappings = n_mappings;
  for (unsigned i = 0; i < n_mappings; i++) {
    view->mapping[i].address = mapping[i].address;
    view->mapping[i].size = mapping[i].size;
  }
  for (int id = 0; id < TABLE_COUNT; id++)
    for (int k = 0; k < RECORDING_MAX_CHUNKS; k++) {
      view->chunk[id][k] = chunk_address[id][k];
      chunk_address[id][k] = NULL;
    }
  n_mappings = 0;
  leaves_populated[TABLE_LEAVES] = leaves_populated[TABLE_WIDE_LEAVES] = 0;
}

void space_unmap(struct space_view *view) {
  for (unsigned i = 0; i < view->n_mappings && !sandboxed(); i++)
    sys(SYS_munmap, view->mapping[i].address, view->mapping[i].size);
  view->n_mappings = 0;
}

const void *space_view_at(const struct space_view *view, enum recording_table_id id, uint64_t i) {
  uint64_t place;
  unsigned k = chunk_of(id, i, &place);
  return view->n_mappings && view->chunk[id][k]
             ? view->chunk[id][k] + place * table_element_size(id)
             : NULL;
}

static bool open_file(int *ret) {
  struct stat st;
  *ret = (int)sys(SYS_openat, AT_FDCWD, file.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (*ret < 0)
    return false;
  if (sys(SYS_fstat, *ret, &st) == 0 && st.st_dev == file.device && st.st_ino == file.inode)
    return true;
  sys(SYS_close, *ret);
  return false;
}

/* The last page in use and `size` bytes after it, mapped once more. Emulators (valgrind) cannot
 * duplicate a mapping: there the file is opened again, if its path still leads to it. */
static long map_more(size_t size) {
  int fd;
  long address = sys(SYS_mremap, last_page, 0, PAGE + size, MREMAP_MAYMOVE, 0);
  if (address != -EINVAL || sandboxed() || !open_file(&fd))
    return address;
  address =
      sys(SYS_mmap, 0, PAGE + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, recording->size - PAGE);
  sys(SYS_close, fd);
  return address;
}

/* Maps `size` more bytes at the end of what is in use; NULL if that cannot be. Called under the
 * lock. */
static char *space_extend(size_t size, size_t populated) {
  if (recording->size + size > recording->limit)
    return NULL;
  long address = map_more(size);
  if (sys_failed(address))
    return NULL;
  if (populated && space_populate((char *)address + PAGE, populated) < 0) {
    sys(SYS_munmap, address, PAGE + size);
    return NULL;
  }
  remember_mapping((char *)address, PAGE + size);
  return (char *)address + PAGE;
}

static bool space_add_chunk(enum recording_table_id id, unsigned k) {
  size_t size = chunk_bytes(id, k);
  bool in_steps = id == TABLE_LEAVES || id == TABLE_WIDE_LEAVES;
  char *address = space_extend(size, in_steps ? 0 : size);
  if (!address) {
    full = true;
    return false;
  }
  recording->table[id].chunk[k] = recording->size;
  recording->size += size;
  __atomic_store_n(&chunk_address[id][k], address, __ATOMIC_RELEASE);
  return true;
}

bool space_chunk(enum recording_table_id id, unsigned k) {
  if (k >= RECORDING_MAX_CHUNKS)
    return false;
  if (__atomic_load_n(&chunk_address[id][k], __ATOMIC_ACQUIRE))
    return true;
  struct lock_hold hold;
  bool locked = lock_take(&growing, &hold);
  bool there = locked && (chunk_address[id][k] || (!full && space_add_chunk(id, k)));
  if (locked)
    lock_give(&growing, &hold);
  if (!there)
    counter_add(&recording->dropped[DROP_SPACE], 1);
  return there;
}

uint64_t table_take(enum recording_table_id id, uint64_t n) {
  for (;;) {
    uint64_t place, at = __atomic_load_n(&recording->table[id].count, __ATOMIC_RELAXED);
    unsigned k = chunk_of(id, at, &place);
    /* The chunk comes first: a full file system must not make the count run away. */
    if (!space_chunk(id, k))
      return TABLE_FULL;
    uint64_t room = chunk_elements(id, k) - place;
    uint64_t taken = room < n ? room : n; /* the chunk's rest, if too little, is passed over */
    if (word_swap(&recording->table[id].count, at, at + taken) && taken == n)
      return at;
  }
}

/* The next leaves of the chunk that follows what is populated. */
static bool populate_leaves(enum recording_table_id id) {
  enum { STEP = 64 };
  uint64_t place, each = table_element_size(id);
  unsigned k = chunk_of(id, leaves_populated[id], &place);
  char *chunk = chunk_address[id][k];
  uint64_t left = chunk_elements(id, k) - place, n = left < STEP ? left : STEP;
  uintptr_t from = (uintptr_t)(chunk + place * each) & ~(PAGE - 1),
            to = page_round((uintptr_t)(chunk + (place + n) * each));
  if (!chunk || space_populate((char *)from, to - from) < 0) {
    full = true;
    return false;
  }
  __atomic_store_n(&leaves_populated[id], leaves_populated[id] + n, __ATOMIC_RELEASE);
  return true;
}

bool space_has_leaf(enum recording_table_id id, uint64_t i) {
  return i < __atomic_load_n(&leaves_populated[id], __ATOMIC_ACQUIRE);
}

uint64_t space_index_of(enum recording_table_id id, const void *leaf) {
  uint64_t before = 0;
  for (unsigned k = 0; k < RECORDING_MAX_CHUNKS; before += chunk_elements(id, k++)) {
    uintptr_t chunk = (uintptr_t)__atomic_load_n(&chunk_address[id][k], __ATOMIC_ACQUIRE);
    uint64_t place = ((uintptr_t)leaf - chunk) / table_element_size(id);
    if (chunk && (uintptr_t)leaf >= chunk && place < chunk_elements(id, k))
      return before + place;
  }
  return UINT64_MAX;
}

/* Makes sure that leaf i of a chunk that is there can be touched. */
static bool space_make_leaf(enum recording_table_id id, uint64_t i) {
  if (space_has_leaf(id, i))
    return true;
  struct lock_hold hold;
  bool locked = lock_take(&growing, &hold);
  while (locked && !full && leaves_populated[id] <= i && populate_leaves(id))
    ;
  bool there = locked && leaves_populated[id] > i;
  if (locked)
    lock_give(&growing, &hold);
  if (!there)
    counter_add(&recording->dropped[DROP_SPACE], 1);
  return there;
}

uint64_t space_take_leaf(enum recording_table_id id) {
  uint64_t *count = &recording->table[id].count;
  for (;;) {
    uint64_t place, at = __atomic_load_n(count, __ATOMIC_RELAXED);
    /* Its place comes first, as in table_take: readers refuse a table that counts what is not
     * there. */
    if (!space_chunk(id, chunk_of(id, at, &place)) || !space_make_leaf(id, at))
      return TABLE_FULL;
    if (word_swap(count, at, at + 1))
      return at;
  }
}
