#include "cli/input/page_input.h"

#include "cli/http/page_server.h"
#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/line/output.h"

#include <stdio.h>

static const char *output;
static bool json;

static const struct option_spec specs[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write the page to FILE, '-' for standard output (default: serve it to the browser)",
     .kind = OPTION_STRING,
     .value = &output},
    OPTION_ROW_JSON(json),
    {0},
};
static const struct option_group page_output = {"Output", specs};

static struct error *print_json(const char *const *paths, size_t n) {
  _cleanup_strbuf_ struct strbuf document = STRBUF_INIT;
  struct error *err = page_input_document(paths, n, &document);
  if (!err)
    puts(document.data);
  return err;
}

static struct error *serve_page(const char *const *paths, size_t n) {
  _cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
  struct error *err = page_input_html(paths, n, &page);
  return err ? err : page_server_run(&page);
}

static int run(int n_operands, char **operands) {
  const char *const *paths = (const char *const *)operands;
  size_t n = (size_t)n_operands;
  struct error *err = json     ? print_json(paths, n)
                      : output ? page_input_write(paths, n, NULL, output)
                               : serve_page(paths, n);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_page = {
    .name = "page",
    .summary = "Show a profile, or what changed, as a page in a browser",
    .synopsis = "[OPTION...] [FILE | BASE NEW]",
    .example = "page memprof.shop.4711.pb.gz -o report.html",
    .details =
        "With -o the page is one file that needs no network: to keep, to send, to attach to a "
        "build. Without, it is served on a port of this machine until Ctrl-C, and opened in the "
        "browser where there is a display.\n\n"
        "The page has the figures of memprof top, tree, peek and list, by any sample type. With "
        "two profiles it shows the difference, as memprof diff finds it. Source lines are quoted "
        "only "
        "from the working folder and from --source-path. Without FILE the newest profile (*.pb.gz) "
        "in the current folder is taken.",
    .groups = (const struct option_group *const[]){&page_output, &page_options, &figure_options,
                                                   &filter_options, &input_options, NULL},
    .min_operands = 0,
    .max_operands = 2,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
