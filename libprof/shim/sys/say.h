/* The shim's one way to speak: a line on stderr, when recording cannot go on. */
#pragma once

/* "memprof: " a b c "\n"; any part may be NULL. One write; errors are ignored. */
void say(const char *a, const char *b, const char *c);
