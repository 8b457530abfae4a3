#include "shim/sys/filter.h"

uint8_t filter[FILTER_SIZE];
bool filter_is_all;

void filter_all(void) {
  for (int i = 0; i < FILTER_SIZE; i++)
    filter[i] = FILTER_STUCK;
  filter_is_all = true;
}
