// Static containers are destroyed at the end, with all that is theirs; what raw pointers in them held is lost then.
// expect: definite=64/1
#include "case.h"
#include <map>
#include <string>
#include <vector>
static std::map<std::string, std::vector<void *>> things;
int main() {
  things["a key that is longer than sixteen characters"].push_back(get(64));
  return 0;
}
