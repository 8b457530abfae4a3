#include "cli/http/push_options.h"

#include "cli/line/message.h"

#include <stdlib.h>
#include <string.h>

#define INTERVAL_DEFAULT_MS 15000

static const char *url, *name;
static int64_t interval = INTERVAL_DEFAULT_MS;
static struct option_list headers;

static const struct option_spec specs[] = {
    {.name = "push",
     .argument = "URL",
     .help = "Push profiles to the Pyroscope server at URL, also those that could not be sent "
             "before",
     .kind = OPTION_STRING,
     .value = &url},
    {.name = "push-every",
     .argument = "TIME",
     .help = "Push a profile each TIME (default 15s), and one at the end",
     .kind = OPTION_TIME,
     .value = &interval},
    {.name = "push-name",
     .argument = "NAME",
     .help = "Call the application NAME, with labels as in 'shop.api{env=test}' (default: the "
             "program's name and a label pid)",
     .kind = OPTION_STRING,
     .value = &name},
    {.name = "push-header",
     .argument = "HEADER",
     .help = "Send HEADER, too, as in 'X-Scope-OrgID: team'; may be given several times",
     .kind = OPTION_LIST,
     .value = &headers},
    {0},
};
const struct option_group push_options = {"Pushing", specs};

/* Others see a process's command line as long as it runs: its copy of a password becomes x's. A
 * copy of our own keeps it. */
static bool hide_password(void) {
  static char *copy;
  const char *host = strstr(url, "://");
  size_t n = host ? strcspn(host + 3, "/?#") : 0;
  const char *at = n ? memrchr(host + 3, '@', n) : NULL;
  char *colon = at ? memchr(host + 3, ':', (size_t)(at - host - 3)) : NULL;
  if (!colon)
    return true;
  if (!(copy = strdup(url)))
    return false;
  memset(colon + 1, 'x', (size_t)(at - colon - 1));
  url = copy;
  return true;
}

static void say(const char *text) {
  message("%s", text);
}

struct error *push_options_create(struct push **ret) {
  if (url && !hide_password())
    return &error_no_memory;
  struct push_options options = {.url = url,
                                 .name = name,
                                 .headers = headers.data,
                                 .n_headers = headers.count,
                                 .interval_ms = interval,
                                 .say = say};
  if (!url)
    return NULL;
  return push_create(&options, ret);
}
