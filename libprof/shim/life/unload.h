/* What follows when a library is gone from memory. */
#pragma once

/* Code may have been unloaded (dlclose returned): what the shim remembers of modules that are gone
 * is forgotten. Takes the lock of the modules; `busy` is set meanwhile. */
void unload_check(void);
