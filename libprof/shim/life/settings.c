#include "shim/life/settings.h"

#include "common/layout.h"
#include "common/settings.h"
#include "shim/sys/text.h"

extern char **environ;

/* "512KiB", "1MB", "4096" or "exact". Powers of 1024, as the command reads them (model/unit.h). */
static bool parse_rate(const char *s, uint64_t *rate) {
  if (text_equal(s, "exact")) {
    *rate = 1;
    return true;
  }
  uint64_t n;
  if (!text_parse(&s, &n))
    return false;
  unsigned shift = *s == 'k' || *s == 'K'   ? 10
                   : *s == 'm' || *s == 'M' ? 20
                   : *s == 'g' || *s == 'G' ? 30
                                            : 0;
  if (shift) {
    s++;
    if ((*s == 'i' || *s == 'I') && (s[1] == 'B' || s[1] == 'b'))
      s++;
  }
  if (*s == 'B' || *s == 'b')
    s++;
  if (*s || !n || n >= 1ull << 40 >> shift)
    return false;
  *rate = n << shift;
  return true;
}

/* "1%", "0.5%" or "2": at most 100, in ten-thousandths of a percent. */
static bool parse_overhead(const char *s, uint32_t *ppm) {
  uint64_t whole, unit = 10000, sum;
  if (!text_parse(&s, &whole) || whole > 100)
    return false;
  sum = whole * unit;
  if (*s == '.')
    for (s++; *s >= '0' && *s <= '9'; s++)
      sum += (uint64_t)(*s - '0') * (unit /= 10);
  if (*s == '%')
    s++;
  if (*s || !sum || sum > 1000000)
    return false;
  *ppm = (uint32_t)sum;
  return true;
}

static bool parse_number(const char *s, uint64_t most, uint64_t *ret) {
  return text_parse(&s, ret) && !*s && *ret <= most;
}

/* Whether `entry` is a setting, and (in *good) whether its value could be read. */
static bool read_setting(struct settings *settings, const char *entry, bool *good) {
  const char *value;
  uint64_t n;
  *good = true;
  if (entry[0] != 'M' || entry[1] != 'E') /* most of an environment */
    return false;
  if ((value = text_value(entry, SETTING_DIR)))
    settings->dir = *value ? value : NULL;
  else if ((value = text_value(entry, SETTING_OUTPUT)))
    settings->output = *value ? value : NULL;
  else if ((value = text_value(entry, SETTING_RATE)))
    *good = parse_rate(value, &settings->rate);
  else if ((value = text_value(entry, SETTING_OVERHEAD)))
    *good = parse_overhead(value, &settings->overhead_ppm);
  else if ((value = text_value(entry, SETTING_DEPTH))) {
    if ((*good = parse_number(value, RECORDING_MAX_DEPTH, &n) && n > 0))
      settings->depth = (uint32_t)n;
  } else if ((value = text_value(entry, SETTING_THREADS)))
    settings->threads = text_equal(value, "1");
  else if ((value = text_value(entry, SETTING_FOLLOW)))
    settings->follow = !text_equal(value, "0");
  else if ((value = text_value(entry, SETTING_FREE_STACKS)))
    settings->free_stacks = text_equal(value, "1");
  else if ((value = text_value(entry, SETTING_HISTORIES)))
    settings->histories = text_equal(value, "1");
  else if ((value = text_value(entry, SETTING_SEED)))
    settings->has_seed = *good = parse_number(value, UINT64_MAX, &settings->seed);
  else if ((value = text_value(entry, SETTING_SUPERVISOR))) {
    if ((*good = parse_number(value, UINT32_MAX, &n)))
      settings->supervisor = (uint32_t)n;
  } else
    return false;
  return true;
}

/* The settings as they were read first: a forked child may find the environment cleared, or
 * overwritten to show a title. */
static struct settings known;
static char known_dir[RECORDING_PATH_SIZE];
static bool is_known;

static void settings_remember(const struct settings *settings) {
  known = *settings;
  if (settings->dir) {
    text_copy(known_dir, settings->dir, sizeof(known_dir));
    known.dir = known_dir;
  }
  is_known = true;
}

bool settings_read(struct settings *ret, const char **bad) {
  *bad = NULL;
  if (!environ && !is_known)
    return false;
  struct settings settings = {
      .overhead_ppm = DEFAULT_OVERHEAD_PPM, .depth = DEFAULT_DEPTH, .follow = true};
  for (char **entry = environ; !is_known && *entry; entry++) {
    bool good;
    if (read_setting(&settings, *entry, &good) && !good)
      *bad = *entry;
  }
  if (!is_known)
    settings_remember(&settings);
  *ret = known;
  return true;
}

static bool ends_with(const char *s, size_t length, const char *end) {
  size_t n = text_length(end);
  if (length < n)
    return false;
  for (size_t i = 0; i < n; i++)
    if (s[length - n + i] != end[i])
      return false;
  return true;
}

/* Drops our entry from a LD_PRELOAD list (blanks or colons between them), in place. */
static void remove_entry(char *list, const char *library) {
  char *to = list;
  for (char *from = list; *from;) {
    char *end = from;
    while (*end && *end != ':' && *end != ' ')
      end++;
    bool last = !*end;
    if (!ends_with(from, (size_t)(end - from), library))
      while (from < end + !last)
        *to++ = *from++;
    from = end + !last;
  }
  *to = '\0';
}

static const char *const own_libraries[] = {"libmemprof.so", "libmemprof-new.so"};

bool settings_has_shim(const char *list) {
  for (const char *end = list; *list; list = end) {
    while (*end && *end != ':' && *end != ' ')
      end++;
    for (int i = 0; i < 2; i++)
      if (ends_with(list, (size_t)(end - list), own_libraries[i]))
        return true;
    end += *end != '\0';
  }
  return false;
}

void settings_without_shim(char *list) {
  for (int i = 0; i < 2; i++)
    remove_entry(list, own_libraries[i]);
}

void settings_remove(const char *library) {
  char **to = environ;
  for (char **entry = environ; entry && *entry; entry++) {
    struct settings ignored;
    bool good;
    char *value = (char *)text_value(*entry, "LD_PRELOAD");
    if (value)
      remove_entry(value, library);
    if (!(value && !*value) && !read_setting(&ignored, *entry, &good))
      *to++ = *entry;
  }
  if (to)
    *to = NULL;
}
