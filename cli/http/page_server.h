/* A page that was made, served to this user's browser until Ctrl-C. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

/* Serves `page` on a free port of the loopback, to whoever has the token of the address, which is
 * printed. Opens the browser where there is a display. */
struct error *page_server_run(const struct strbuf *page);
