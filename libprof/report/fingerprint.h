/* What a finding is known by from run to run, so that servers tell old ones from new ones: the same
 * as long as its suite, question and the functions of its first stack are, whatever lines moved. */
#pragma once

#include "model/finding.h"

enum { FINGERPRINT_SIZE = 33 };

/* Hexadecimal, NUL-terminated. */
void fingerprint_of(const struct finding_suite *suite, const struct finding *finding,
                    char ret[FINGERPRINT_SIZE]);
