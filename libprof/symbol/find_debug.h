/* Finds files of debug information as libdw does, without its client for servers where none is
 * named. */
#pragma once

#include <elfutils/libdwfl.h>

/* dwfl_standard_find_debuginfo. Debian's asks the servers of DEBUGINFOD_URLS where it finds no
 * file, and loads libdebuginfod and libcurl for that even if there are no servers: 5.5 ms of CPU
 * time for each run. It is called only if a file is in one of the places where it looks, or servers
 * are named. *data is the module's debuginfo_path, ":.debug:" and absolute directories, or NULL. */
int find_debug(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
               const char *file, const char *link, GElf_Word crc, char **ret);
