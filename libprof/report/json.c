#include "report/json.h"

#include "base/strbuf.h"
#include "base/work.h"
#include "report/text.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that all documents take; atomic, as several threads may write some. */
static size_t taken, refused;

static void *take(size_t size) {
  size_t now = __atomic_add_fetch(&taken, size, __ATOMIC_RELAXED);
  void *p = now > work_most(WORK_JSON, 0) ? NULL : malloc(size);
  if (now > work_most(WORK_JSON, 0))
    __atomic_store_n(&refused, now, __ATOMIC_RELAXED);
  __atomic_add_fetch(&taken, p ? malloc_usable_size(p) - size : -size, __ATOMIC_RELAXED);
  return p;
}

static void give_back(void *p) {
  if (!p)
    return;
  __atomic_sub_fetch(&taken, malloc_usable_size(p), __ATOMIC_RELAXED);
  free(p);
}

void json_free_text(char *text) {
  json_free_t release;
  json_get_alloc_funcs(NULL, &release);
  release(text);
}

void json_bound_memory(void) {
  json_set_alloc_funcs(take, give_back);
}

json_t *json_text(const char *s) {
  json_t *string = json_string(s); /* NULL if s is not UTF-8 */
  if (string)
    return string;
  _cleanup_strbuf_ struct strbuf repaired = STRBUF_INIT;
  text_repair(&repaired, s);
  return strbuf_failed(&repaired) ? NULL : json_string(repaired.data);
}

json_t *json_address(uint64_t address) {
  char text[24];
  snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
  return json_string(text);
}

json_t *json_document(const char *kind) {
  return json_pack("{s:s+, s:i}", "format", "memprof.", kind, "version", 1);
}

static struct error *json_fault(void) {
  struct error *err = work_check(WORK_JSON, __atomic_load_n(&refused, __ATOMIC_RELAXED), 0);
  return err ? err : &error_no_memory;
}

static struct error *write_document(json_t *document, int failed, size_t flags, FILE *out) {
  if (document && !failed) {
    (void)json_dumpf(document, out, flags);
    fputc('\n', out);
  }
  json_decref(document);
  return document && !failed ? NULL : json_fault();
}

struct error *json_write(json_t *document, int failed, FILE *out) {
  return write_document(document, failed, JSON_INDENT(2), out);
}

struct error *json_write_line(json_t *document, int failed, FILE *out) {
  return write_document(document, failed, JSON_COMPACT, out);
}

struct error *json_list_begin(json_t *document, int failed, const char *key, FILE *out) {
  char *text = document && !failed ? json_dumps(document, JSON_INDENT(2)) : NULL;
  json_decref(document);
  if (!text)
    return json_fault();
  /* The list is the document's last key: it stands before the closing "\n}". */
  fprintf(out, "%.*s,\n  \"%s\": [", (int)strlen(text) - 2, text, key);
  json_free_text(text);
  return NULL;
}

/* Pieces are of a few bytes, and nobody else writes to the stream meanwhile: its lock would take a
 * quarter of the time. */
static int write_piece(const char *piece, size_t n, void *out) {
  return fwrite_unlocked(piece, 1, n, out) == n ? 0 : -1;
}

struct error *json_list_add(json_t *element, int failed, bool first, FILE *out) {
  if (element && !failed) {
    fputs(first ? "\n" : ",\n", out);
    (void)json_dump_callback(element, write_piece, out, JSON_INDENT(2));
  }
  json_decref(element);
  return element && !failed ? NULL : json_fault();
}

void json_list_end(FILE *out) {
  fputs("\n  ]\n}\n", out);
}
