/* Two shared pointers hold each other. A block holds the table of functions, two counts (16 bytes)
 * and the object (56). */
/* truth: definite 1*72, indirect 1*72 */
/* calls: new */
#include "program.h"

#include <memory>

struct Peer {
  std::shared_ptr<Peer> other;
  long payload[5];
};
static_assert(sizeof(Peer) == 56, "the size that is expected");

static NOINLINE void work() {
  auto a = std::make_shared<Peer>(), b = std::make_shared<Peer>();
  a->other = b;
  b->other = a;
}

int main() {
  work();
}
