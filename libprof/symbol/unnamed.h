/* Why code of a file has no names, and what would give it some. */
#pragma once

#include "symbol/package.h"

enum unnamed_remedy {
  UNNAMED_NOTHING,   /* the file is not here, is another one, or has its symbols */
  UNNAMED_SYMBOLIZE, /* its debug file is here by now */
  UNNAMED_PACKAGE,   /* a package has its symbols, which `command` installs */
  UNNAMED_BUILD,     /* nobody's package: it must be built otherwise */
};

struct unnamed {
  enum unnamed_remedy remedy;
  char command[PACKAGE_COMMAND_MAX];
};

/* Looks at the file at `path` with build-id `build_id` ("" accepts any), both from a profile. Asks
 * no server. */
void unnamed_find(const char *path, const char *build_id, struct unnamed *ret);

/* The server that has the debug files of this system's packages; static. */
const char *unnamed_server(void);
