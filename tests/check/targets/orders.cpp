/* C++ as it is written: strings, vectors, maps, smart pointers, an inlined helper. SEED as in database.c:
 *   SITE_1, SITE_5  build_index reserves 1% or 5% more
 *   NEW_SITE        each order makes an audit line (audit)
 *   LEAK            every 10th customer's preferences are lost (load_preferences)
 *   LIFETIME        parsed orders are kept until the day ends, not until they are booked (parse_order)
 *   MOVED           build_index stands elsewhere, in a class, and is called through a template
 *   RENAMED         build_index and parse_order have other names
 *   NOISE           see database.c */
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#define NOINLINE __attribute__((noinline, noclone))

namespace shop {

constexpr int orders = 500, lines = 20, index_size = 1000;

#ifdef RENAMED
#define build_index make_lookup
#define parse_order read_order
#endif

struct Order {
  std::vector<std::string> lines;
  std::map<int, int> prices;
};

struct Preferences {
  char text[600];
};

NOINLINE std::vector<int> build_index(int order) {
  std::vector<int> index;
#if defined(SITE_1)
  index.reserve(index_size + index_size / 100);
#elif defined(SITE_5)
  index.reserve(index_size + index_size / 20);
#else
  index.reserve(index_size);
#endif
  index.push_back(order);
  return index;
}

NOINLINE std::unique_ptr<Order> parse_order(int number) {
  auto order = std::make_unique<Order>();
  for (int i = 0; i < lines; i++) {
    order->lines.push_back("a line of the order that is too long for the string itself " +
                           std::to_string(i));
    order->prices[i] = number * i;
  }
  return order;
}

NOINLINE Preferences *load_preferences(int customer) {
  auto *preferences = new Preferences();
  preferences->text[0] = static_cast<char>(customer);
  return preferences;
}

#ifdef NEW_SITE
NOINLINE std::string audit(int order) {
  return std::string(300, 'a') + std::to_string(order);
}
#endif

#ifdef MOVED
template <typename F> NOINLINE auto timed(F function) {
  auto result = function();
  __asm__ volatile("" : : "r"(result.data()) : "memory");
  return result;
}
#endif

NOINLINE int book(int number, std::vector<std::unique_ptr<Order>> &day) {
  auto order = parse_order(number);
#ifdef MOVED
  auto index = timed([&] { return build_index(number); });
#else
  auto index = build_index(number);
#endif
#ifdef NEW_SITE
  auto line = audit(number);
  index.push_back(static_cast<int>(line.size()));
#endif
  Preferences *preferences = load_preferences(number);
  int sum = order->prices[3] + preferences->text[0] + static_cast<int>(index.size());
#ifdef LEAK
  if (number % 10 == 0)
    preferences = nullptr;
#endif
  delete preferences;
#ifdef LIFETIME
  day.push_back(std::move(order));
#else
  (void)day;
#endif
  return sum;
}

} // namespace shop

int main(int argc, char **argv) {
  (void)argc, (void)argv;
#ifdef NOISE
  std::string noise(static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 100) % 1000 + 16, 'n');
  __asm__ volatile("" : : "r"(noise.data()) : "memory");
#endif
  std::vector<std::unique_ptr<shop::Order>> day;
  int sum = 0;
  for (int i = 0; i < shop::orders; i++)
    sum += shop::book(i, day);
  return sum == 42;
}
