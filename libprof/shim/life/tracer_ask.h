/* Asking the memprof that traces this process (common/tracer_request.h). */
#pragma once

#include "common/tracer_request.h"

/* memprof's answer; 0 when no memprof traces this process. */
long tracer_ask(enum tracer_request_kind kind, uint32_t argument);
