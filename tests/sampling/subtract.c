/* subtract EARLIER LATER OUT: the profile of what came between two copies of one process's
 * recording, as `memprof snapshot --delta` writes it of a living one. */
#include "base/cleanup.h"
#include "pprof/write_file.h"
#include "recording/delta.h"
#include "recording/profile.h"

#include <stdio.h>

static struct error *read_copy(const char *path, struct profile **ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recording_open_named(path, RECORDING_ALL, &recording);
  return err ? err : recording_profile(recording, ret);
}

int main(int argc, char **argv) {
  _cleanup_profile_ struct profile *earlier = NULL, *later = NULL, *delta = NULL;
  if (argc != 4)
    return 2;
  struct error *err = read_copy(argv[1], &earlier);
  if (!err)
    err = read_copy(argv[2], &later);
  if (!err)
    err = recording_profile_subtract(earlier, later, &delta);
  if (!err)
    err = pprof_write_file(delta, argv[3]);
  if (err)
    fprintf(stderr, "%s\n", err->message);
  return err != NULL;
}
