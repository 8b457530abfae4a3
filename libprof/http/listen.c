#include "http/listen.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { BACKLOG = 511 };

struct address {
  char host[256]; /* "": all addresses */
  char port[6];
};

static bool is_number(const char *s) {
  return *s && strspn(s, "0123456789") == strlen(s);
}

static bool split(const char *text, struct address *ret) {
  const char *colon = strrchr(text, ':'), *port = colon ? colon + 1 : text;
  const char *host = colon ? text : "localhost";
  size_t n = colon ? (size_t)(colon - text) : strlen(host);
  if (n >= 2 && host[0] == '[' && host[n - 1] == ']')
    host++, n -= 2;
  else if (memchr(host, ':', n)) /* an IPv6 address needs brackets, and a URL is no address */
    return false;
  if (!is_number(port) || strlen(port) >= sizeof(ret->port) || atoi(port) > 65535 ||
      n >= sizeof(ret->host))
    return false;
  memcpy(ret->host, host, n);
  ret->host[n] = '\0';
  strcpy(ret->port, port);
  return true;
}

static bool is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET)
    return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
  const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(v6);
}

static int listen_at(const struct addrinfo *at) {
  _cleanup_close_ int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
      bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
    return -1;
  int done = fd;
  fd = -1;
  return done;
}

static void write_url(struct http_listener *listener) {
  struct sockaddr_storage address = {0};
  socklen_t n = sizeof(address);
  char host[INET6_ADDRSTRLEN] = "", port[6] = "";
  if (getsockname(listener->fd, (struct sockaddr *)&address, &n) == 0)
    getnameinfo((struct sockaddr *)&address, n, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
  const char *form = address.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s";
  snprintf(listener->url, sizeof(listener->url), form, host, port);
}

/* A name may stand for several addresses. 127.0.0.1 is taken where it is one of them: Debian's
 * /etc/hosts gives localhost ::1, too. A client of "localhost" tries both, one of 127.0.0.1 tries
 * nothing else. Otherwise the first is taken, as Go does. */
static const struct addrinfo *choose_address(const struct addrinfo *found) {
  for (const struct addrinfo *a = found; a; a = a->ai_next)
    if (a->ai_family == AF_INET && is_loopback(a->ai_addr))
      return a;
  return found;
}

static struct error *listen_at_address(const char *option, const char *text,
                                       const struct addrinfo *found, bool allow_remote,
                                       struct http_listener *ret) {
  bool remote = !is_loopback(found->ai_addr);
  if (remote && !allow_remote)
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: not this machine's loopback, so others could read the profiles; "
                        "--http-allow-remote allows that",
                        option, text);
  int fd = listen_at(found);
  if (fd < 0)
    return error_system(errno, "--%s=%s: cannot listen there", option, text);
  *ret = (struct http_listener){.fd = fd, .is_remote = remote};
  write_url(ret);
  return NULL;
}

struct error *http_listen(const char *option, const char *text, bool allow_remote,
                          struct http_listener *ret) {
  struct address address;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
  if (!split(text, &address))
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: expected an address and a port, such as localhost:6060", option,
                        text);
  int failed = getaddrinfo(*address.host ? address.host : NULL, address.port, &hints, &found);
  if (failed)
    return error_create(ERROR_BAD_INPUT, "--%s=%s: %s", option, text, gai_strerror(failed));
  struct error *err = listen_at_address(option, text, choose_address(found), allow_remote, ret);
  freeaddrinfo(found);
  return err;
}
