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

/* The last part of the executable's path, as is safe in a file name: letters, digits and a few
 * marks; the rest becomes '_'. */
static void append_program(struct strbuf *sb, const char *executable) {
  const char *name = path_base_name(executable);
  if (!*name || *name == '.')
    strbuf_append(sb, "program");
  for (int i = 0; name[i] && i < 64; i++)
    strbuf_append_char(sb,
                       isalnum((unsigned char)name[i]) || strchr("._+-", name[i]) ? name[i] : '_');
}

struct error *profile_name_expand(const char *pattern, const char *executable, pid_t pid,
                                  uint64_t time, char **ret) {
  struct strbuf sb = STRBUF_INIT;
  for (const char *p = pattern; *p; p++) {
    char kind = *p == '%' ? p[1] : '\0';
    if (kind == 'p')
      strbuf_appendf(&sb, "%d", pid);
    else if (kind == 'n')
      append_program(&sb, executable);
    else if (kind == 't')
      strbuf_appendf(&sb, "%" PRIu64, time);
    else
      strbuf_append_char(&sb, *p);
    if (kind == 'p' || kind == 'n' || kind == 't' || kind == '%')
      p++;
  }
  *ret = strbuf_steal(&sb);
  return *ret ? NULL : &error_no_memory;
}

/* Where the suffix of a profile's name begins. */
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
static int take(const char *name) {
  int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0)
    return errno;
  close(fd);
  return 0;
}

struct error *profile_name_choose(const char *pattern, enum profile_naming naming,
                                  const struct recording *recording, char **ret) {
  _cleanup_free_ char *name = NULL;
  struct error *err = profile_name_expand(pattern, recording->header.executable, recording->pid,
                                          recording->header.start_realtime / 1000000000, &name);
  for (unsigned i = naming == NAME_WITH_PID; !err; i++) {
    char *candidate = variant(name, i, recording);
    if (!candidate)
      return &error_no_memory;
    if (naming == NAME_EXACT || take(candidate) != EEXIST) {
      *ret = candidate;
      return NULL;
    }
    free(candidate);
  }
  return err;
}

static char *numbered(const char *name, unsigned number) {
  size_t stem = stem_length(name);
  struct strbuf sb = STRBUF_INIT;
  strbuf_append_n(&sb, name, stem);
  strbuf_appendf(&sb, ".%04u", number);
  strbuf_append(&sb, name + stem);
  return strbuf_steal(&sb);
}

struct error *profile_name_number(const char *pattern, bool with_pid,
                                  const struct recording *recording, unsigned *number, char **ret) {
  _cleanup_free_ char *name = NULL, *own = NULL;
  struct error *err = profile_name_expand(pattern, recording->header.executable, recording->pid,
                                          recording->header.start_realtime / 1000000000, &name);
  if (err)
    return err;
  own = variant(name, with_pid, recording);
  while (own) {
    char *candidate = numbered(own, (*number)++);
    int error = candidate ? take(candidate) : ENOMEM;
    if (!error) {
      *ret = candidate;
      return NULL;
    }
    if (error != EEXIST)
      err = candidate ? error_system(error, "cannot write %s", candidate) : &error_no_memory;
    free(candidate);
    if (err)
      return err;
  }
  return &error_no_memory;
}

struct error *profile_name_take(const char *pattern, const struct recording *recording,
                                uint64_t time, char **ret) {
  _cleanup_free_ char *name = NULL;
  struct error *err =
      profile_name_expand(pattern, recording->header.executable, recording->pid, time, &name);
  for (unsigned i = 0; !err; i = i ? i + 1 : 2) { /* the pid is in the name, or not wanted there */
    char *candidate = variant(name, i, recording);
    int error = candidate ? take(candidate) : ENOMEM;
    if (!error) {
      *ret = candidate;
      return NULL;
    }
    if (error != EEXIST)
      err = candidate ? error_system(error, "cannot write %s", candidate) : &error_no_memory;
    free(candidate);
  }
  return err;
}
