/* The token that lets clients in: RFC 6750's bearer token, in a header or as ?token= of the query.
 *
 * Its letters stand for themselves in a URL and in a header, so it is never escaped. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Letters of a token: fewer can be guessed. A buffer of HTTP_TOKEN_SIZE holds any. */
enum { HTTP_TOKEN_LEAST = 16, HTTP_TOKEN_MOST = 256, HTTP_TOKEN_SIZE = HTTP_TOKEN_MOST + 1 };

/* A new one of 192 bits of the kernel's randomness, as Jupyter's. */
struct error *http_token_make(char ret[HTTP_TOKEN_SIZE]);

/* Takes the first n letters of `text`, without the white space around them. ERROR_BAD_INPUT, which
 * does not show them, if they are too few, too many, or others than letters, digits and "-._~". */
struct error *http_token_read(const char *text, size_t n, char ret[HTTP_TOKEN_SIZE]);

/* Whether `given` is the token; NULL is not. The time that it takes says nothing of how far the two
 * are alike. */
bool http_token_matches(const char *token, const char *given);

/* The token of an Authorization header ("Bearer ..."); NULL without one. */
const char *http_token_bearer(const char *authorization);
