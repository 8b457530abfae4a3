#include "cli/watch/looks.h"

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

bool looks_may(const struct watch *watch, unsigned share, uint64_t spent, uint64_t cost) {
  return cost < LOOKS_LONGEST_NS && spent + cost < watch_elapsed(watch) / share + LOOKS_GRACE_NS;
}

void looks_pause(struct watch *watch, const void *context, const struct looks_pace *pace,
                 uint64_t cost) {
  uint64_t pause = watch_elapsed(watch) / pace->age_share / 1000000;
  pause = pause < pace->first_ms ? pace->first_ms : smaller(pause, LOOKS_LONGEST_MS);
  if (pause < cost * pace->share / 1000000) /* many processes */
    pause = cost * pace->share / 1000000;
  watch_tick_after(watch, context, (int)smaller(pause, WATCH_LONGEST_MS));
}
