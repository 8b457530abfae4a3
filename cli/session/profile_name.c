#include "cli/session/profile_name.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The last part of a path to the program, as is safe in a file name: letters, digits and a few
 * marks; the rest becomes '_'. */
static void append_program(struct strbuf *sb, const char *executable) {
  const char *name = path_base_name(executable);
  if (!*name || *name == '.')
    strbuf_append(sb, "program");
  for (int i = 0; name[i] && i < 64; i++)
    strbuf_append_char(sb,
                       isalnum((unsigned char)name[i]) || strchr("._+-", name[i]) ? name[i] : '_');
}

/* Local time, as 20261128-030000: it sorts, and is what a user looks for. */
static void append_now(struct strbuf *sb) {
  time_t now = time(NULL);
  struct tm tm;
  char text[32];
  if (localtime_r(&now, &tm) && strftime(text, sizeof(text), "%Y%m%d-%H%M%S", &tm))
    strbuf_append(sb, text);
}

struct error *profile_name_expand(const char *pattern, const char *executable, pid_t pid,
                                  uint64_t seconds, char **ret) {
  struct strbuf sb = STRBUF_INIT;
  for (const char *p = pattern; *p; p++) {
    char kind = *p == '%' ? p[1] : '\0';
    if (kind == 'p')
      strbuf_appendf(&sb, "%d", pid);
    else if (kind == 'n')
      append_program(&sb, executable);
    else if (kind == 't')
      strbuf_appendf(&sb, "%" PRIu64, seconds);
    else if (kind == 'T')
      append_now(&sb);
    else
      strbuf_append_char(&sb, *p);
    if (kind && strchr("pntT%", kind))
      p++;
  }
  *ret = strbuf_steal(&sb);
  return *ret ? NULL : &error_no_memory;
}

/* The length of a profile's name before its suffix. */
static size_t stem_length(const char *name) {
  static const char *const suffixes[] = {".pb.gz", ".pb", ".gz"};
  size_t n = strlen(name);
  for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
    size_t length = strlen(suffixes[i]);
    if (n > length && !strcmp(name + n - length, suffixes[i]))
      return n - length;
  }
  return n;
}

/* Name number i, from 0: as it is, with the pid, with the pid and a number. */
static char *variant(const char *name, unsigned i, const struct recording *recording) {
  size_t stem = stem_length(name);
  struct strbuf sb = STRBUF_INIT;
  char pid[16];
  snprintf(pid, sizeof(pid), "%d", recording->pid);
  strbuf_append_n(&sb, name, stem);
  if (i > 0 && !memmem(name, stem, pid, strlen(pid)))
    strbuf_appendf(&sb, ".%s", pid);
  if (i > 1)
    strbuf_appendf(&sb, "-%u", i);
  strbuf_append(&sb, name + stem);
  return strbuf_steal(&sb);
}

/* 0, or errno. */
static int take_name(const char *name) {
  int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno;
  close(fd);
  return 0;
}

static char *numbered(const char *name, unsigned number) {
  size_t stem = stem_length(name);
  struct strbuf sb = STRBUF_INIT;
  strbuf_append_n(&sb, name, stem);
  strbuf_appendf(&sb, ".%04u", number);
  strbuf_append(&sb, name + stem);
  return strbuf_steal(&sb);
}

/* The names that a profile may get, one after the other. */
struct candidates {
  const char *name;
  const struct recording *recording;
  unsigned number;                              /* of the next one */
  char *(*next)(struct candidates *candidates); /* NULL: no memory */
};

static char *next_variant(struct candidates *candidates) {
  return variant(candidates->name, candidates->number++, candidates->recording);
}

/* Without the variant that has the pid alone: it is in the name, or not wanted there. */
static char *next_variant_or_number(struct candidates *candidates) {
  unsigned i = candidates->number;
  candidates->number = i ? i + 1 : 2;
  return variant(candidates->name, i, candidates->recording);
}

static char *next_number(struct candidates *candidates) {
  return numbered(candidates->name, candidates->number++);
}

/* Where a name cannot be taken, for whatever reason, a profile may be there already. */
static struct error *take_first_free(struct candidates *candidates, char **ret) {
  for (;;) {
    char *name = candidates->next(candidates);
    if (!name)
      return &error_no_memory;
    int error = take_name(name);
    if (!error) {
      *ret = name;
      return NULL;
    }
    struct error *err = error == EEXIST ? NULL : error_system(error, "cannot write %s", name);
    free(name);
    if (err)
      return err;
  }
}

static struct error *expand(const char *pattern, const struct recording *recording, char **ret) {
  return profile_name_expand(pattern, recording_program(recording), recording->pid,
                             recording->header.start_realtime / 1000000000, ret);
}

struct error *profile_name_choose(const char *pattern, enum profile_naming naming,
                                  const struct recording *recording, char **ret) {
  if (naming == NAME_EXACT)
    return expand(pattern, recording, ret);
  _cleanup_free_ char *name = NULL;
  struct error *err = expand(pattern, recording, &name);
  struct candidates candidates = {name, recording, naming == NAME_WITH_PID, next_variant};
  return err ? err : take_first_free(&candidates, ret);
}

struct error *profile_name_number(const char *pattern, bool with_pid,
                                  const struct recording *recording, unsigned *number, char **ret) {
  _cleanup_free_ char *name = NULL, *own = NULL;
  struct error *err = expand(pattern, recording, &name);
  if (err)
    return err;
  own = variant(name, with_pid, recording);
  if (!own)
    return &error_no_memory;
  struct candidates candidates = {own, recording, *number, next_number};
  err = take_first_free(&candidates, ret);
  *number = candidates.number;
  return err;
}

struct error *profile_name_take(const char *pattern, const struct recording *recording,
                                uint64_t seconds, char **ret) {
  _cleanup_free_ char *name = NULL;
  struct error *err =
      profile_name_expand(pattern, recording_program(recording), recording->pid, seconds, &name);
  struct candidates candidates = {name, recording, 0, next_variant_or_number};
  return err ? err : take_first_free(&candidates, ret);
}
