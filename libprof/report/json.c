#include "report/json.h"

#include "base/strbuf.h"
#include "report/text.h"

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

static struct error *write_document(json_t *document, int failed, size_t flags, FILE *out) {
  if (document && !failed) {
    (void)json_dumpf(document, out, flags);
    fputc('\n', out);
  }
  json_decref(document);
  return document && !failed ? NULL : &error_no_memory;
}

struct error *json_write(json_t *document, int failed, FILE *out) {
  return write_document(document, failed, JSON_INDENT(2), out);
}

struct error *json_write_line(json_t *document, int failed, FILE *out) {
  return write_document(document, failed, JSON_COMPACT, out);
}
