// libstdc++'s old, reference-counted string points to its characters, behind a head in the same block.
// flags: -D_GLIBCXX_USE_CXX11_ABI=0
// expect: reachable=125/1
#include "case.h"
#include <string>
std::string *leaked;
static char place[sizeof(std::string)];
int main() {
  leaked = new (place) std::string(100, 'x');
  return 0;
}
