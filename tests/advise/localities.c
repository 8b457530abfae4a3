/* localities PROFILE: for each site of a profile of `memprof run --advise` a line: the responsible
 * function, how many objects its histories stand for, and 1 where none outlived a call near it. */
#include "advise/activation.h"
#include "advise/sites.h"
#include "base/error.h"
#include "load/load.h"

#include <stdio.h>

int main(int argc, char **argv) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_advise_sites_ struct advise_sites sites = {0};
  struct error *err = load_file(argv[argc - 1], true, &profile);
  if (!err)
    err = advise_sites_create(profile, &sites);
  if (err) {
    fprintf(stderr, "%s\n", err->message);
    return 1;
  }
  for (size_t i = 0; i < sites.sites.count; i++) {
    const struct advise_site *site = &sites.sites.data[i];
    if (site->lives.count)
      printf("%s %.0f %d\n", site->frame.function, site->objects,
             site_locality_of(&sites, site).kind == LOCALITY_LOCAL);
  }
  return 0;
}
