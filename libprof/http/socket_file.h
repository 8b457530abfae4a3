/* A Unix socket to serve at: a file that only its owner, and root, can connect to.
 *
 * The kernel asks for write permission on a socket's file at connect, so its mode 0600 is all the
 * protection that there is, and all that is needed. */
#pragma once

#include "base/error.h"

#include <sys/types.h>
#include <sys/un.h>

struct http_socket_file {
  char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* "": none */
  dev_t device;
  ino_t inode; /* 0: none, or another's to remove by now */
};

/* Makes the file at `path` and returns the listening socket, close-on-exec, in *fd. The file of a
 * server that has ended is replaced. ERROR_BAD_INPUT where the path is too long, or has a file
 * that is no socket or whose server answers; messages do not name the path. Changes the umask for a
 * moment: for the time before there are threads. */
struct error *http_socket_file_listen(const char *path, struct http_socket_file *ret, int *fd);

/* Removes the file, unless another has taken its place by now. Once. */
void http_socket_file_remove(struct http_socket_file *file);
