/* memprof.h from C++: a tag for a scope. */
#include <memprof.h>

#include <cstdio>
#include <vector>

int main() {
  std::vector<char> *kept[2];
  {
    memprof::tag tag("scope", "inside");
    kept[0] = new std::vector<char>(7000);
  }
  kept[1] = new std::vector<char>(7001);
  std::printf("%d %d\n", memprof_is_active(), kept[0]->size() < kept[1]->size());
  return 0;
}
