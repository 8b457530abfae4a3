/* The phase that makes the peak: when the live bytes rise to it and when they have fallen again, by all
 * histories together. Private to the folder. */
#pragma once

#include "advise/sites.h"
#include "base/strbuf.h"

/* Times in ns since the program began. */
struct peak_phase {
  bool known;   /* there is a peak of which a quarter goes again before the end */
  double begun; /* the first birth before the peak since which there was more than after it */
  double over;  /* the first time after it */
  const struct advise_site *maker; /* the site that most of the rise is from */
  double made;                     /* its bytes */
};

struct peak_phase peak_phase_of(const struct advise_sites *sites);

/* Appends "import 57%, load_table 43%": the functions that a tenth of the peak is of, at most three. */
void peak_append_parts(struct strbuf *text, const struct advise_sites *sites);
