/* `memprof __generate KIND` prints a man page or a completion at build time: what is documented is
 * what is there. */
#include "cli/line/generate_bash.h"
#include "cli/line/generate_fish.h"
#include "cli/line/generate_man.h"
#include "cli/line/generate_zsh.h"

#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"

#include <stdio.h>
#include <string.h>

static int generate_run(int n_operands, char **operands) {
  if (strcmp(operands[0], "man") == 0 && n_operands > 1)
    return generate_man_page(stdout, operands[1])
               ? EXIT_OK
               : command_error(
                     error_create(ERROR_BAD_INPUT, "there is no command '%s'", operands[1]));
  if (strcmp(operands[0], "man") == 0)
    generate_man(stdout, stdin);
  else if (strcmp(operands[0], "bash") == 0)
    generate_bash(stdout);
  else if (strcmp(operands[0], "zsh") == 0)
    generate_zsh(stdout);
  else if (strcmp(operands[0], "fish") == 0)
    generate_fish(stdout);
  else
    return command_error(error_create(ERROR_BAD_INPUT, "cannot generate '%s'", operands[0]));
  return EXIT_OK;
}

const struct command command_generate = {
    .name = "__generate",
    .summary = "Print a man page's source or a shell's completions",
    .synopsis = "man [COMMAND]\nbash|zsh|fish",
    .min_operands = 1,
    .max_operands = 2,
    .hidden = true,
    .run = generate_run,
};
