/* The page's script, style and elements. web/bundle.py writes the source when memprof is built. */
#pragma once

#include <stddef.h>

struct page_asset {
  const char *text; /* UTF-8, with a NUL after it */
  size_t length;
};

extern const struct page_asset page_head, page_body, page_style, page_script;

/* As a Content-Security-Policy has them: of SHA-256, in base64. */
extern const char page_style_hash[], page_script_hash[];
