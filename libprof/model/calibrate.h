/* Calibrates a profile's figures to what is known of the program (model/calibration.h). */
#pragma once

#include "model/calibration.h"
#include "model/error_bar.h"
#include "model/sample_types.h"

/* Where the profile has each recorded sample type; -1: not at all. */
struct recorded_types {
  int index[N_RECORDED_SAMPLE_TYPES];
};

struct profile_calibration {
  struct calibrations weights;
  struct recorded_types types;
};

/* Changes the values of memprof's recorded sample types in place, and keeps what they were in each
 * sample's `raw`. Afterwards alloc_objects and alloc_space add up to the calls and bytes of the
 * program, and inuse_objects to its live blocks, where samples are many enough. Does nothing to a
 * profile that is calibrated or exact, or whose totals are not known or are not its own.
 *
 * For a whole process's profile, or several added up: before filters, and not for a profile that
 * other tools are to read, which take the values for unbiased estimates. A pprof file that is
 * written of a calibrated profile has the values as they were. */
struct error *calibrate_profile(struct profile *profile);

/* The sample as calibration sees it: by its figures before calibration. */
struct calibration_item calibration_item_of(const struct error_bars *bars,
                                            const struct recorded_types *types,
                                            const struct profile_sample *sample);
