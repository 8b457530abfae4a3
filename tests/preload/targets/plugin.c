/* A library to be loaded and unloaded; built several times with another name of its function and a
 * size of its own. */
#include <stdlib.h>
void *FUNCTION(void);
void *FUNCTION(void) {
  return malloc(SIZE);
}
