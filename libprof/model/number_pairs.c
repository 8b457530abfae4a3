#include "model/number_pairs.h"

#include <stdlib.h>

bool number_pair_next(const char **text, double *key, double *value) {
  char *end;
  *key = (double)strtoull(*text, &end, 10);
  if (end == *text || *end != '=')
    return false;
  const char *number = end + 1;
  *value = (double)strtoull(number, &end, 10);
  if (end == number)
    return false;
  *text = end + (*end == ' ');
  return true;
}
