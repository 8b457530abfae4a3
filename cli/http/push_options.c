#include "cli/http/push_options.h"

#include "cli/line/message.h"

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

static void say(const char *text) {
  message("%s", text);
}

struct error *push_options_create(struct push **ret) {
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
