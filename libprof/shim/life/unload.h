/* The work after a library is gone from memory. */
#pragma once

/* Code may have been unloaded (dlclose returned): the shim forgets what it learnt from modules that
 * are gone. Takes the lock of the modules; `busy` is set meanwhile. */
void unload_check(void);
