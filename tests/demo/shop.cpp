// A small shop for learning to read a heap profile. Three things are worth finding in it:
//
//   price_list    is built anew for each customer: most of what is allocated, and none of it lives
//                 long. Look at alloc_space.
//   keep_receipt  never frees: all that is left at the end. Look at inuse_space.
//   catalogue     is allocated once and used all along: large, and fine. Look at peak_space.
//
// Sizes are fixed, so that a profile can be compared with what is written here.

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int articles = 2000;
constexpr int customers = 3000;

struct Article {
  std::string name;
  int cents;
};

// About 200 KiB that live as long as the shop.
__attribute__((noinline)) std::vector<Article> catalogue() {
  std::vector<Article> all;
  all.reserve(articles);
  for (int i = 0; i < articles; i++)
    all.push_back({"article number " + std::to_string(i) + " of our catalogue", 100 + i % 900});
  return all;
}

// 16 KiB for each customer, gone when the customer is served: churn. Building it once would do.
__attribute__((noinline)) std::unique_ptr<long[]> price_list(const std::vector<Article> &all) {
  std::unique_ptr<long[]> prices(new long[all.size()]);
  for (size_t i = 0; i < all.size(); i++)
    prices[i] = all[i].cents * 119 / 100;
  return prices;
}

struct Receipt {
  char text[256];
};

// The leak: each receipt but the last is reachable from nowhere.
__attribute__((noinline)) Receipt *keep_receipt(int customer, long total) {
  auto *receipt = new Receipt();
  std::snprintf(receipt->text, sizeof(receipt->text), "customer %d paid %ld", customer, total);
  return receipt;
}

__attribute__((noinline)) long serve(const std::vector<Article> &all, int customer) {
  auto prices = price_list(all);
  long total = 0;
  for (size_t i = customer % 7; i < all.size(); i += 97)
    total += prices[i];
  return total;
}

} // namespace

int main() {
  auto all = catalogue();
  Receipt *last = nullptr;
  long sold = 0;
  for (int customer = 0; customer < customers; customer++) {
    long total = serve(all, customer);
    last = keep_receipt(customer, total);
    sold += total;
  }
  std::printf("%d customers, %ld cents; %s\n", customers, sold, last->text);
  return 0;
}
