#include "leak/suppressions.h"

#include "base/cleanup.h"
#include "base/work.h"
#include "model/leak_kinds.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define ALL_LOST (1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT | 1u << LEAK_POSSIBLE)

void suppressions_deinit(struct suppressions *suppressions) {
  for (size_t i = 0; i < suppressions->count; i++) {
    struct suppression *s = &suppressions->data[i];
    for (size_t k = 0; k < s->frames.count; k++)
      free(s->frames.data[k]);
    VECTOR_DEINIT(&s->frames);
    free(s->name);
  }
  VECTOR_DEINIT(suppressions);
}

void suppressions_forget_uses(struct suppressions *suppressions) {
  for (size_t i = 0; i < suppressions->count; i++)
    suppressions->data[i].used_bytes = suppressions->data[i].used_objects = 0;
}

struct reader {
  struct suppressions *all;
  const char *name; /* of the text */
  unsigned line;
  bool in_entry; /* between braces: the newest suppression is being filled */
  unsigned part; /* lines of the entry so far */
  bool skipped;  /* the entry is about something else than leaks */
};

static struct error *reader_error(const struct reader *reader, const char *what) {
  return error_create(ERROR_BAD_INPUT, "%s:%u: %s", reader->name, reader->line, what);
}

static struct error *begin_suppression(struct reader *reader, const char *name, size_t n,
                                       bool lsan) {
  struct suppression s = {.name = strndup(name, n),
                          .file = reader->name,
                          .lsan = lsan,
                          .kinds = ALL_LOST | 1u << LEAK_REACHABLE};
  if (lsan)
    s.kinds = ALL_LOST;
  if (s.name && VECTOR_PUSH(reader->all, s))
    return NULL;
  free(s.name);
  return &error_no_memory;
}

static struct error *add_frame(struct reader *reader, const char *text, size_t n) {
  struct suppression *s = &reader->all->data[reader->all->count - 1];
  char *frame = strndup(text, n);
  if (frame && VECTOR_PUSH(&s->frames, frame))
    return NULL;
  free(frame);
  return &error_no_memory;
}

/* "match-leak-kinds: definite,possible" */
static struct error *read_kinds(struct reader *reader, const char *text) {
  struct suppression *s = &reader->all->data[reader->all->count - 1];
  s->kinds = 0;
  for (const char *at = text; *at;) {
    at += strspn(at, " \t,");
    size_t n = strcspn(at, " \t,");
    bool known = !n;
    for (int kind = 0; kind < LEAK_SUPPRESSED; kind++)
      if (strlen(leak_kind_names[kind]) == n && !strncmp(leak_kind_names[kind], at, n)) {
        s->kinds |= 1u << kind;
        known = true;
      }
    if (n == 3 && !strncmp(at, "all", 3))
      s->kinds = ALL_LOST | 1u << LEAK_REACHABLE;
    else if (!known && !(n == 4 && !strncmp(at, "none", 4)))
      return reader_error(
          reader,
          "match-leak-kinds: expected definite, indirect, possible, reachable, all or none");
    at += n;
  }
  return NULL;
}

static bool is_frame(const char *line) {
  return !strncmp(line, "fun:", 4) || !strncmp(line, "obj:", 4) || !strncmp(line, "src:", 4) ||
         !strcmp(line, "...");
}

/* An entry of another tool or kind is passed over: files are shared with valgrind's other checks.
 */
static void drop_entry(struct reader *reader) {
  struct suppressions last = {&reader->all->data[reader->all->count - 1], 1, 0};
  struct suppression *s = last.data;
  for (size_t k = 0; k < s->frames.count; k++)
    free(s->frames.data[k]);
  VECTOR_DEINIT(&s->frames);
  free(s->name);
  reader->all->count--;
}

/* "Memcheck:Leak"; several tools may be named, "Memcheck,Addrcheck:Leak". */
static bool is_leak_line(const char *line) {
  const char *colon = strchr(line, ':');
  if (!colon || strcmp(colon + 1, "Leak"))
    return false;
  for (const char *at = line; at < colon; at += strcspn(at, ",:") + 1)
    if (!strncmp(at, "Memcheck", 8))
      return true;
  return false;
}

static struct error *end_entry(struct reader *reader) {
  reader->in_entry = false;
  if (reader->part < 2)
    return reader_error(reader, "an entry needs a name, a line 'Memcheck:Leak' and frames");
  if (reader->skipped)
    drop_entry(reader);
  else if (!reader->all->data[reader->all->count - 1].frames.count)
    return reader_error(reader, "an entry needs frames: fun:, obj:, src: or ...");
  return NULL;
}

static struct error *entry_line(struct reader *reader, const char *line) {
  if (!strcmp(line, "}"))
    return end_entry(reader);
  unsigned part = reader->part++;
  if (part == 0) {
    reader->skipped = false;
    return begin_suppression(reader, line, strlen(line), false);
  }
  if (part == 1) {
    reader->skipped = !is_leak_line(line);
    return NULL;
  }
  if (reader->skipped)
    return NULL;
  if (!strncmp(line, "match-leak-kinds:", 17))
    return read_kinds(reader, line + 17);
  if (!is_frame(line))
    return reader_error(reader, "expected a frame (fun:, obj:, src: or ...) or '}'");
  return add_frame(reader, line, strlen(line));
}

static struct error *read_line(struct reader *reader, const char *line) {
  if (!*line || *line == '#')
    return NULL;
  if (reader->in_entry)
    return entry_line(reader, line);
  if (!strcmp(line, "{")) {
    reader->in_entry = true;
    reader->part = 0;
    return NULL;
  }
  if (strncmp(line, "leak:", 5) || !line[5])
    return reader_error(reader, "expected 'leak:PATTERN' (LeakSanitizer) or '{' (valgrind)");
  return suppressions_add_pattern(reader->all, line + 5, strlen(line + 5), reader->name);
}

struct error *suppressions_add_pattern(struct suppressions *suppressions, const char *pattern,
                                       size_t n, const char *name) {
  struct reader reader = {.all = suppressions, .name = name};
  struct error *err = begin_suppression(&reader, pattern, n, true);
  return err ? err : add_frame(&reader, pattern, n);
}

struct error *suppressions_parse(struct suppressions *suppressions, const char *text, size_t n,
                                 const char *name) {
  struct reader reader = {.all = suppressions, .name = name};
  struct error *err = NULL;
  for (const char *at = text, *end = text + n; !err && at < end;) {
    const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
    while (at < stop && isspace((unsigned char)*at))
      at++;
    while (stop > at && isspace((unsigned char)stop[-1]))
      stop--;
    _cleanup_free_ char *line = strndup(at, (size_t)(stop - at));
    reader.line++;
    err = line ? read_line(&reader, line) : &error_no_memory;
    struct error *too_many = err ? NULL : work_check(WORK_SUPPRESSIONS, suppressions->count, 0);
    if (too_many)
      err = error_prefix(too_many, "%s:%u", name, reader.line);
    at = newline ? newline + 1 : end;
  }
  return err ? err : reader.in_entry ? reader_error(&reader, "the last entry lacks its '}'") : NULL;
}

struct error *suppressions_read(struct suppressions *suppressions, const char *path) {
  const size_t most = work_most(WORK_SUPPRESSION_FILE, 0) + 1;
  _cleanup_fclose_ FILE *file = fopen(path, "re");
  _cleanup_free_ char *text = malloc(most);
  if (!file)
    return error_system(errno, "cannot read the suppressions '%s'", path);
  if (!text)
    return &error_no_memory;
  size_t n = fread(text, 1, most, file);
  if (ferror(file))
    return error_system(errno, "cannot read the suppressions '%s'", path);
  struct error *err = work_check(WORK_SUPPRESSION_FILE, n, 0);
  if (err)
    return error_prefix(err, "%s", path);
  return suppressions_parse(suppressions, text, n, path);
}
