/* Allocations as C++ programs make them: strings, vectors, maps and shared pointers that come and
 * go. stl ROUNDS. */
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct item {
  std::string name;
  std::vector<int> parts;
};

std::vector<std::string> words(unsigned seed) {
  std::vector<std::string> list;
  for (unsigned i = 0; i < 400; i++) {
    seed = seed * 1103515245 + 12345;
    list.push_back("a word that is too long to live in place " + std::to_string(seed % 1000));
  }
  return list;
}

std::map<std::string, std::shared_ptr<item>> catalogue(const std::vector<std::string> &names) {
  std::map<std::string, std::shared_ptr<item>> all;
  for (const std::string &name : names) {
    auto &slot = all[name];
    if (!slot)
      slot = std::make_shared<item>(item{name, {}});
    slot->parts.push_back(static_cast<int>(name.size()));
  }
  return all;
}

size_t count(const std::map<std::string, std::shared_ptr<item>> &all) {
  std::unordered_map<size_t, std::vector<std::shared_ptr<item>>> by_size;
  size_t n = 0;
  for (const auto &entry : all)
    by_size[entry.second->parts.size()].push_back(entry.second);
  for (const auto &group : by_size)
    n += group.first * group.second.size();
  return n;
}

} // namespace

int main(int argc, char **argv) {
  size_t sum = 0;
  for (unsigned i = 0, n = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1; i < n; i++)
    sum += count(catalogue(words(i)));
  std::printf("%zu\n", sum);
}
