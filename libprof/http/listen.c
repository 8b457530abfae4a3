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

static void write_url(struct http_listener *listener) {
  struct sockaddr_storage address = {0};
  socklen_t n = sizeof(address);
  char host[INET6_ADDRSTRLEN] = "", port[6] = "";
  if (getsockname(listener->fds[0], (struct sockaddr *)&address, &n) == 0)
    getnameinfo((struct sockaddr *)&address, n, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
  const char *form = address.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s";
  snprintf(listener->url, sizeof(listener->url), form, host, port);
}

union place {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

/* The addresses to listen at. */
struct places {
  union place data[HTTP_MAX_SOCKETS];
  size_t count;
};

static in_port_t *port_of(union place *place) {
  return place->any.sa_family == AF_INET6 ? &place->v6.sin6_port : &place->v4.sin_port;
}

static int listen_at(const union place *place) {
  socklen_t size = place->any.sa_family == AF_INET6 ? sizeof(place->v6) : sizeof(place->v4);
  _cleanup_close_ int fd = socket(place->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
      bind(fd, &place->any, size) < 0 || listen(fd, BACKLOG) < 0)
    return -1;
  int done = fd;
  fd = -1;
  return done;
}

/* Ports are the same for all. */
static bool is_same_place(const union place *a, const union place *b) {
  if (a->any.sa_family != b->any.sa_family)
    return false;
  return a->any.sa_family == AF_INET6 ? IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr)
                                      : a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

/* glibc lists 127.0.0.1 twice where /etc/hosts gives localhost both addresses. */
static void add_place(struct places *places, const struct addrinfo *found) {
  union place place = {0};
  if (found->ai_addrlen > sizeof(place))
    return;
  memcpy(&place, found->ai_addr, found->ai_addrlen);
  for (size_t i = 0; i < places->count; i++)
    if (is_same_place(&places->data[i], &place))
      return;
  if (places->count < HTTP_MAX_SOCKETS)
    places->data[places->count++] = place;
}

/* All loopback addresses, 127.0.0.1 and its like first; without any, the first address. */
static void choose_places(const struct addrinfo *found, struct places *ret) {
  static const int families[] = {AF_INET, AF_INET6};
  for (size_t i = 0; i < 2; i++)
    for (const struct addrinfo *a = found; a; a = a->ai_next)
      if (a->ai_family == families[i] && is_loopback(a->ai_addr))
        add_place(ret, a);
  if (!ret->count && found)
    add_place(ret, found);
}

/* 0, or errno. The port that the kernel chooses for port 0 is that of all. Addresses that the
 * kernel does not have, as ::1 where IPv6 is switched off, are left out. */
static int listen_at_all(const struct places *places, struct http_listener *ret) {
  int failed = EADDRNOTAVAIL;
  for (size_t i = 0; i < places->count; i++) {
    union place place = places->data[i], first = {0};
    socklen_t n = sizeof(first);
    if (ret->n && getsockname(ret->fds[0], &first.any, &n) == 0)
      *port_of(&place) = *port_of(&first);
    int fd = listen_at(&place);
    if (fd >= 0)
      ret->fds[ret->n++] = fd;
    else
      failed = errno;
    if (fd < 0 && failed != EADDRNOTAVAIL && failed != EAFNOSUPPORT)
      return failed;
  }
  return ret->n ? 0 : failed;
}

/* A port that was chosen for one address may be taken at another; the next choice is another. */
static int listen_patiently(struct places *places, struct http_listener *ret) {
  bool chosen = !*port_of(&places->data[0]);
  int failed = 0;
  for (int tries = chosen ? 20 : 1; tries > 0; tries--) {
    failed = listen_at_all(places, ret);
    if (failed != EADDRINUSE)
      break;
    http_listener_close(ret);
  }
  if (failed)
    http_listener_close(ret);
  return failed;
}

static struct error *listen_at_address(const char *option, const char *text,
                                       const struct addrinfo *found, bool allow_remote,
                                       struct http_listener *ret) {
  struct places places = {0};
  struct http_listener listener = {0};
  choose_places(found, &places);
  listener.is_remote = !is_loopback(&places.data[0].any);
  if (listener.is_remote && !allow_remote)
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: not this machine's loopback, so others could read the profiles; "
                        "--http-allow-remote allows that",
                        option, text);
  int failed = listen_patiently(&places, &listener);
  if (failed)
    return error_system(failed, "--%s=%s: cannot listen there", option, text);
  write_url(&listener);
  *ret = listener;
  return NULL;
}

static struct error *listen_at_path(const char *option, const char *text, const char *path,
                                    struct http_listener *ret) {
  struct http_listener listener = {.n = 1, .url = "http://localhost"};
  struct error *err = http_socket_file_listen(path, &listener.file, &listener.fds[0]);
  if (err)
    return error_prefix(err, "--%s=%s", option, text);
  *ret = listener;
  return NULL;
}

struct error *http_listen(const char *option, const char *text, bool allow_remote,
                          struct http_listener *ret) {
  struct address address;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
  if (!strncmp(text, "unix:", 5))
    return listen_at_path(option, text, text + 5, ret);
  if (!split(text, &address))
    return error_create(
        ERROR_BAD_INPUT,
        "--%s=%s: expected an address and a port, such as localhost:6060, or unix:PATH", option,
        text);
  int failed = getaddrinfo(*address.host ? address.host : NULL, address.port, &hints, &found);
  if (failed)
    return error_create(ERROR_BAD_INPUT, "--%s=%s: %s", option, text, gai_strerror(failed));
  struct error *err = listen_at_address(option, text, found, allow_remote, ret);
  freeaddrinfo(found);
  return err;
}

void http_listener_close(struct http_listener *listener) {
  for (size_t i = 0; i < listener->n; i++)
    close(listener->fds[i]);
  listener->n = 0;
  http_socket_file_remove(&listener->file);
}
