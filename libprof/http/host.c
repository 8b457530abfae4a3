#include "http/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

/* Addresses cannot be rebound, so any will do. */
static bool is_address(const char *name) {
  struct in_addr v4;
  struct in6_addr v6;
  return inet_pton(AF_INET, name, &v4) == 1 || inet_pton(AF_INET6, name, &v6) == 1;
}

bool http_host_is_local(const char *host) {
  char name[256];
  if (!host)
    return true; /* HTTP/1.0, no browser */
  bool brackets = *host == '[';
  size_t n = brackets ? strcspn(host, "]") : strcspn(host, ":");
  if (n >= sizeof(name))
    return false;
  memcpy(name, host + brackets, n - brackets);
  name[n - brackets] = '\0';
  size_t length = strlen(name);
  return is_address(name) || !strcasecmp(name, "localhost") ||
         (length > 10 && !strcasecmp(name + length - 10, ".localhost"));
}
