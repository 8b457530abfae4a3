#include "http/token.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

struct error *http_token_make(char ret[HTTP_TOKEN_SIZE]) {
  enum { BYTES = 24 };
  unsigned char random[BYTES];
  if (getrandom(random, sizeof(random), 0) != sizeof(random))
    return error_system(errno, "--http-token: no random numbers");
  for (int i = 0; i < BYTES; i++)
    snprintf(ret + 2 * i, 3, "%02x", random[i]);
  return NULL;
}

struct error *http_token_read(const char *text, size_t n, char ret[HTTP_TOKEN_SIZE]) {
  while (n && isspace((unsigned char)*text))
    text++, n--;
  while (n && isspace((unsigned char)text[n - 1]))
    n--;
  if (n < HTTP_TOKEN_LEAST || n > HTTP_TOKEN_MOST)
    return error_create(ERROR_BAD_INPUT, "a token has %d to %d letters, this one %zu",
                        HTTP_TOKEN_LEAST, HTTP_TOKEN_MOST, n);
  for (size_t i = 0; i < n; i++)
    if (!text[i] || !strchr(letters, text[i]))
      return error_create(ERROR_BAD_INPUT,
                          "a token is letters, digits and '-._~': letter %zu is another", i + 1);
  memcpy(ret, text, n);
  ret[n] = '\0';
  return NULL;
}

bool http_token_matches(const char *token, const char *given) {
  size_t n = strlen(token), n_given = given ? strlen(given) : 0;
  unsigned difference = n != n_given;
  for (size_t i = 0; i < n_given; i++)
    difference |= (unsigned char)given[i] ^ (unsigned char)token[i % n];
  return !difference;
}

const char *http_token_bearer(const char *authorization) {
  static const char scheme[] = "Bearer ";
  if (!authorization || strncasecmp(authorization, scheme, sizeof(scheme) - 1))
    return NULL;
  authorization += sizeof(scheme) - 1;
  return authorization + strspn(authorization, " ");
}
