#include "cli/line/suggest.h"

#include <string.h>

enum { LONGEST = 40 };

static size_t min3(size_t a, size_t b, size_t c) {
  size_t m = a < b ? a : b;
  return m < c ? m : c;
}

/* Edit distance with swaps of neighbours (optimal string alignment), which is what typing errors
 * are. */
static size_t edit_distance(const char *a, size_t n, const char *b, size_t m) {
  size_t rows[3][LONGEST + 1];
  for (size_t j = 0; j <= m; j++)
    rows[0][j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= m; j++) {
      row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
          two_above[j - 2] + 1 < row[j])
        row[j] = two_above[j - 2] + 1;
    }
  }
  return rows[n % 3][m];
}

void suggestion_offer(struct suggestion *suggestion, const char *name) {
  size_t n = strlen(suggestion->wrong), m = strlen(name);
  if (!n || n > LONGEST || m > LONGEST)
    return;
  size_t distance = edit_distance(suggestion->wrong, n, name, m);
  if (distance * 5 > 2 * m || distance >= suggestion->distance)
    return; /* more than two letters in five wrong: a guess would be noise */
  suggestion->distance = distance;
  suggestion->best = name;
}
