/* A number of the thread's /proc status file. System calls only; the stack needs 2 KiB. */
#pragma once

#include <stdint.h>

/* The number behind `key` ("VmHWM:\t"), in the file's own unit; 0 where it cannot be read. */
uint64_t status_number(const char *key);
