/* Asking the memprof that traces this process (common/tracer_request.h). */
#pragma once

#include "common/tracer_request.h"

/* What it answered; 0 when no memprof traces us. */
long tracer_ask(enum tracer_request_kind kind, uint32_t argument);
