#include "report/uri.h"

#include "model/finding.h"

#include <string.h>

static bool is_plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c && strchr("-._~/+@,=", c));
}

void uri_append(struct strbuf *sb, const char *file, const char *root) {
  const char *relative = finding_relative(file, root);
  if (*relative == '/')
    strbuf_append(sb, "file://");
  for (const unsigned char *c = (const unsigned char *)relative; *c; c++)
    if (is_plain(*c))
      strbuf_append_char(sb, (char)*c);
    else
      strbuf_appendf(sb, "%%%02X", *c);
}
