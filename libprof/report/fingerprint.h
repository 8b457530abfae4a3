/* The identity of a finding from run to run, by which servers tell old findings from new ones. It
 * depends on the suite, the question and the functions of the first stack, and not on lines. */
#pragma once

#include "model/finding.h"

enum { FINGERPRINT_SIZE = 33 };

/* Hexadecimal, NUL-terminated. */
void fingerprint_of(const struct finding_suite *suite, const struct finding *finding,
                    char ret[FINGERPRINT_SIZE]);
