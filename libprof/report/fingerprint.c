#include "report/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a, 128 bits: www.isthe.com/chongo/tech/comp/fnv. Not to withstand anyone, only to differ. */
__extension__ typedef unsigned __int128 hash_t;

static void add(hash_t *hash, const char *text) {
  const hash_t prime = ((hash_t)0x0000000001000000 << 64) | 0x000000000000013B;
  size_t n = strlen(text) + 1; /* the NUL, too: "ab", "c" is not "a", "bc" */
  for (size_t i = 0; i < n; i++)
    *hash = (*hash ^ (unsigned char)text[i]) * prime;
}

void fingerprint_of(const struct finding_suite *suite, const struct finding *finding,
                    char ret[FINGERPRINT_SIZE]) {
  hash_t hash = ((hash_t)0x6c62272e07bb0142 << 64) | 0x62b821756295c58d;
  add(&hash, suite->name);
  add(&hash, finding->rule);
  add(&hash, finding->name);
  if (finding->n_stacks)
    for (uint32_t i = 0; i < finding->stacks[0].n_frames; i++)
      add(&hash, finding->stacks[0].frames[i].function);
  snprintf(ret, FINGERPRINT_SIZE, "%016" PRIx64 "%016" PRIx64, (uint64_t)(hash >> 64),
           (uint64_t)hash);
}
