/* An object is created and never deleted; its member is lost by it. */
/* truth: definite 1*32, indirect 1*501 */
/* calls: new */
#include "program.h"

#include <string>

static NOINLINE void lose() {
  auto *p = new std::string(500, 'x');
  KEEP(p);
}

int main() {
  lose();
}
