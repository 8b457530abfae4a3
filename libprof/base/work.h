/* The budget of work: how much a file may ask for.
 *
 * A few kilobytes can stand for gigabytes: compressed data, a stack of one location 100,000 times,
 * a location of 100,000 inlined lines. All bounds on that are here, and work_check is the one place
 * that compares and refuses. They are chosen to keep a command below 10 seconds of CPU time and 1
 * GiB for a small file; docs/RELIABILITY.md has the files that exceed this. Some bounds grow with
 * the file, so that a large file of an honest program can be read: such profiles take up to 22
 * bytes of memory and 4 frames for each byte of their file.
 *
 * One match of a regular expression (model/regex.c), symbols (symbol/results.h, symbol/cache.h) and
 * the YAML of budgets (budget/read.c) have bounds of their own kind, beside what they bound. */
#pragma once

#include "base/error.h"

#include <stdint.h>

enum work_kind {
  WORK_FILE,     /* bytes of a file */
  WORK_RATIO,    /* bytes of a file once decompressed: real profiles are compressed 3 to 20 times */
  WORK_INFLATED, /* the same, which is to fit into memory */
  WORK_PROFILE,  /* bytes of a profile in memory */
  WORK_FRAMES,   /* of all stacks, inlined ones included */
  WORK_TEXT,     /* bytes of the names and files of those frames */
  WORK_TYPES,    /* sample types of a profile */
  WORK_LABELS,   /* of one sample */
  WORK_STACK,    /* frames of one stack: memprof's have 512 without inlined ones, Go's 128 */
  WORK_MESSAGE,  /* bytes that protobuf-c takes for one message: 150 for 2 of the file */
  WORK_NODES,    /* of a call tree */
  WORK_JSON,     /* bytes of a JSON document in memory */
  WORK_TRACES,   /* samples as JSON */
  WORK_MATCHING, /* ms of CPU time for a regular expression */
  WORK_SUPPRESSION_FILE, /* bytes of a file of suppressions */
  WORK_SUPPRESSIONS,     /* of leaks */
  WORK_MATCHES,          /* of patterns of suppressions with frames */
};

/* How much is allowed, where the input is a file of `size` bytes. */
uint64_t work_most(enum work_kind kind, uint64_t size);

/* NULL where `wanted` is allowed; else ERROR_BAD_INPUT whose message names the limit. */
struct error *work_check(enum work_kind kind, uint64_t wanted, uint64_t size);
