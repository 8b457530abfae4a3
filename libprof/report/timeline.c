#include "report/timeline.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static const char end[] = "\n]\n";

struct timeline {
  char *path;
  int fd;
  bool seekable;
  off_t at; /* where the next event goes: where the end is */
  struct strbuf batch;
  bool begun, empty, failed; /* empty: no event yet */
};

static void begin_array(struct timeline *t) {
  if (!t->begun)
    strbuf_append(&t->batch, "[");
  t->begun = true;
}

static void add(struct timeline *t, json_t *event) {
  char *text = event ? json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
  json_decref(event);
  t->failed |= !text;
  if (text) {
    begin_array(t);
    strbuf_append(&t->batch, t->empty ? "\n" : ",\n");
    strbuf_append(&t->batch, text);
    t->empty = false;
  }
  json_free_text(text);
}

static double microseconds(uint64_t ns) {
  return (double)ns / 1000;
}

struct error *timeline_create(const char *path, struct timeline **ret) {
  struct timeline *t = calloc(1, sizeof(*t));
  if (!t || !(t->path = strdup(path))) {
    free(t);
    return &error_no_memory;
  }
  t->empty = true;
  t->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
  if (t->fd < 0) {
    struct error *err = error_system(errno, "cannot write %s", path);
    timeline_destroy(t);
    return err;
  }
  t->seekable = lseek(t->fd, 0, SEEK_END) >= 0 && !isatty(t->fd);
  *ret = t;
  return NULL;
}

void timeline_destroy(struct timeline *t) {
  if (!t)
    return;
  if (t->fd >= 0)
    close(t->fd);
  strbuf_deinit(&t->batch);
  free(t->path);
  free(t);
}

static void name(struct timeline *t, const char *kind, pid_t pid, uint32_t tid, const char *text) {
  add(t, json_pack("{s:s, s:s, s:I, s:I, s:{s:o}}", "name", kind, "ph", "M", "pid", (json_int_t)pid,
                   "tid", (json_int_t)tid, "args", "name", json_text(text)));
}

void timeline_name_process(struct timeline *t, pid_t pid, const char *text) {
  name(t, "process_name", pid, (uint32_t)pid, text);
}

void timeline_name_thread(struct timeline *t, pid_t pid, uint32_t tid, const char *text) {
  name(t, "thread_name", pid, tid, text);
}

void timeline_count(struct timeline *t, pid_t pid, uint64_t ns, const char *track,
                    const struct timeline_value *values, size_t n) {
  json_t *args = json_object();
  for (size_t i = 0; i < n; i++) {
    double value = isfinite(values[i].value) ? values[i].value : 0;
    t->failed |= json_object_set_new(args, values[i].name,
                                     value == floor(value) && fabs(value) < 0x1p53
                                         ? json_integer((json_int_t)value)
                                         : json_real(value)) != 0;
  }
  add(t, json_pack("{s:o, s:s, s:s, s:I, s:f, s:o}", "name", json_text(track), "cat", "memprof",
                   "ph", "C", "pid", (json_int_t)pid, "ts", microseconds(ns), "args", args));
}

void timeline_mark(struct timeline *t, pid_t pid, uint32_t tid, uint64_t ns, const char *what,
                   const char *detail) {
  json_t *args = detail ? json_pack("{s:o}", "detail", json_text(detail)) : json_object();
  add(t, json_pack("{s:o, s:s, s:s, s:s, s:I, s:I, s:f, s:o}", "name", json_text(what), "cat",
                   "memprof", "ph", "i", "s", tid ? "t" : "p", "pid", (json_int_t)pid, "tid",
                   (json_int_t)(tid ? tid : (uint32_t)pid), "ts", microseconds(ns), "args", args));
}

/* One write, so that a process killed at any moment leaves the old or the new document. */
static struct error *write_at(struct timeline *t, const char *bytes, size_t n) {
  for (size_t done = 0; done < n;) {
    ssize_t k = t->seekable ? pwrite(t->fd, bytes + done, n - done, t->at + (off_t)done)
                            : write(t->fd, bytes + done, n - done);
    if (k < 0 && errno == EINTR)
      continue;
    if (k < 0)
      return error_system(errno, "cannot write %s", t->path);
    done += (size_t)k;
  }
  return NULL;
}

static struct error *flush(struct timeline *t, bool with_end) {
  begin_array(t);
  size_t n = t->batch.length;
  if (with_end)
    strbuf_append(&t->batch, end);
  if (t->failed || strbuf_failed(&t->batch))
    return &error_no_memory;
  struct error *err = t->batch.length ? write_at(t, t->batch.data, t->batch.length) : NULL;
  t->at += (off_t)n;
  t->batch.length = 0;
  return err;
}

struct error *timeline_flush(struct timeline *t) {
  return t->batch.length || !t->begun ? flush(t, t->seekable) : NULL;
}

struct error *timeline_finish(struct timeline *t) {
  return flush(t, true);
}
