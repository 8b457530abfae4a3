/* Writes the seeds of fuzz_symbol_cache into a folder: a cache file with one of each thing, and one
 * without answers. */
#include "symbol/cache_format.h"

#include <stdlib.h>

#include "write_seed.h"

static bool write_file(const char *folder, const char *name, const struct symbol_results *results) {
  const struct cache_facts facts = {"/usr/bin/a", "a.debug", 7, 9, results->n_items > 0};
  void *bytes = NULL;
  size_t n = 0;
  bool failed =
      !cache_format_write(results, &facts, &bytes, &n) || write_seed(folder, name, bytes, n);
  free(bytes);
  return failed;
}

int main(int argc, char **argv) {
  struct symbol_results results = {0};
  if (argc != 2 || write_file(argv[1], "empty", &results))
    return 1;
  for (uint64_t i = 0; i < 3; i++) {
    bool fine = symbol_results_add(
        &results,
        &(struct symbol_result){.offset = 0x1000 + 16 * i, .start = 0x1000, .from_dwarf = i % 2});
    for (uint64_t k = 0; k < i; k++)
      fine = fine &&
             symbol_results_add_frame(
                 &results, &(struct symbol_frame){k ? "main" : "f", "_Z1fv", "a.c", (int64_t)k, 1});
    if (!fine)
      return 1;
  }
  bool failed = write_file(argv[1], "three", &results);
  symbol_results_deinit(&results);
  return failed;
}
