#include "http/symbol.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "recording/addresses.h"
#include "recording/find.h"
#include "symbol/symbolize.h"

#include <inttypes.h>
#include <stdlib.h>

struct addresses {
  uint64_t *data;
  size_t count, capacity;
};

/* Addresses are numbers as Go's strconv takes them, separated by '+', which a query's decoder has
 * made a space. Other words are left out. */
static bool parse(const char *text, struct addresses *ret) {
  while (text && *text) {
    char *end;
    uint64_t address = strtoull(text, &end, 0);
    if (end != text && address && !VECTOR_PUSH(ret, address))
      return false;
    text = end;
    while (*text && *text != '+' && *text != ' ')
      text++;
    while (*text == '+' || *text == ' ')
      text++;
  }
  return true;
}

static struct error *name_addresses(const struct http_source *source,
                                    const struct addresses *addresses, struct strbuf *body) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = recording_open_of(source->path, source->pid, RECORDING_ALL, &recording);
  if (!err)
    err = recording_addresses(recording, addresses->data, addresses->count, &profile);
  if (!err)
    err = symbolize_profile(profile, NULL);
  for (size_t i = 0; !err && i < profile->n_samples; i++) {
    const struct profile_location *location = &profile->locations[profile->samples[i].locations[0]];
    /* The innermost inlined function, as Go has it. Code of no module has no name. */
    if (location->n_lines && *profile->mappings[location->mapping].file != '[')
      strbuf_appendf(body, "%#" PRIx64 " %s\n", addresses->data[i],
                     profile->functions[location->lines[0].function].name);
  }
  return err;
}

struct error *http_symbol_answer(const struct http_sources *sources,
                                 const struct http_request *request, struct http_answer *answer) {
  _cleanup_strbuf_ struct strbuf body = STRBUF_INIT;
  struct addresses addresses = {0};
  struct http_source source;
  struct error *err = http_source_find(sources, request->pid, request->file, &source);
  if (err)
    return err;
  strbuf_append(&body, "num_symbols: 1\n");
  if (!parse(request->addresses.data, &addresses))
    err = &error_no_memory;
  if (!err && addresses.count && !source.is_profile)
    err = name_addresses(&source, &addresses, &body);
  VECTOR_DEINIT(&addresses);
  free(source.path);
  if (!err)
    http_answer_text(answer, HTTP_TEXT, &body);
  return err;
}
