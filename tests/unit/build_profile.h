/* Profiles for tests, from a few lines of text. Any fault in the text fails the test.
 *
 *   types alloc_objects/count alloc_space/bytes
 *   period 524288 space/bytes
 *   mapping 0x1000 0x9000 0 /usr/lib/libfoo.so BUILD-ID
 *   drop malloc|calloc                       (and: keep, comment, default, time, duration)
 *   sample 3 300 | leaf<inlined@a.c:7;main%0+0x2010 | bytes=100 rate=512 thread='worker'
 *
 * A sample's stack lists its locations leaf first between ";". A location is "inner<outer" frames
 * "function@file:line" (file and line may lack; function "-" is a location without symbols), then
 * "%mapping+address". Equal texts are one location. The labels may lack, with their "|". */
#pragma once

#include "model/profile.h"

struct profile *build_profile(const char *text);

/* Reads a sample by its place. */
int64_t sample_value(const struct profile *profile, size_t sample, const char *type);

/* "leaf;inlined;main": the function names of a sample's frames. Static buffer. */
const char *stack_text(const struct profile *profile, size_t sample);

/* Fails the test with the message of err, unless that is NULL. */
void assert_ok(struct error *err);

/* Fails the test unless err is of that code and its message contains `text`; destroys err. */
void assert_error(struct error *err, enum error_code code, const char *text);
