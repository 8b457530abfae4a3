/* The package that a file came from, as dpkg or rpm know it, and what installs the symbols that were
 * stripped from it.
 *
 * Paths may come from a profile of somebody else: they are compared with dpkg's lists, and handed to
 * rpm as an argument, never to a shell. A look-up takes two seconds at most. */
#pragma once

#include <stdbool.h>

enum { PACKAGE_NAME_MAX = 128 };

/* The Debian package that owns the file at `path` by the lists in `folder` ("/var/lib/dpkg/info"),
 * without ":amd64". False if none is known, or the name is not one of Debian's form. */
bool package_of_dpkg(const char *folder, const char *path, char name[static PACKAGE_NAME_MAX]);

/* The same by rpm, which is run for it. */
bool package_of_rpm(const char *path, char name[static PACKAGE_NAME_MAX]);

/* The command that installs the debug symbols of the package that owns `path`, without the file's
 * own: "apt install libsqlite3-0-dbgsym". False if no package owns it. */
enum { PACKAGE_COMMAND_MAX = PACKAGE_NAME_MAX + 32 };
bool package_debug_command(const char *path, char command[static PACKAGE_COMMAND_MAX]);
