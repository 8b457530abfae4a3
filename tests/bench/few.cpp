// A little for a compiler to do, where its instructions are counted.
#include <map>
#include <string>

int count_words(const std::map<std::string, int> &words, const std::string &word) {
  auto found = words.find(word);
  return found == words.end() ? 0 : found->second;
}
