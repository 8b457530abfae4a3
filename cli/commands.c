#include "cli/commands.h"

#include <stddef.h>

/* One line a command here and its file in cli/meson.build are all that a new command needs. */
extern const struct command command_advise, command_lifetimes, command_check, command_top,
    command_tree, command_peek, command_list, command_traces, command_diff, command_merge,
    command_convert, command_symbolize, command_doctor, command_run, command_live, command_leaks,
    command_ps, command_snapshot, command_serve, command_stats, command_page, command_recover,
    command_help, command_history, command_processes, command_generate;

const struct command *const all_commands[] = {
    /* clang-format off */
    &command_run,
    &command_leaks,
    &command_top,
    &command_tree,
    &command_peek,
    &command_list,
    &command_traces,
    &command_diff,
    &command_page,
    &command_history,
    &command_check,
    &command_advise,
    &command_lifetimes,
    &command_merge,
    &command_convert,
    &command_ps,
    &command_live,
    &command_stats,
    &command_snapshot,
    &command_serve,
    &command_recover,
    &command_symbolize,
    &command_doctor,
    &command_help,
    &command_processes,
    &command_generate,
    NULL,
    /* clang-format on */
};
