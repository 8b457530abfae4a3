#include "symbol/package.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/path.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DPKG_LISTS "/var/lib/dpkg/info"
enum { MOST_MS = 2000, MOST_LIST = 16 << 20 };

/* Policy 5.6.7 of Debian, and what rpm's names are made of. */
static bool is_package_name(const char *name, size_t n) {
  if (!n || n >= PACKAGE_NAME_MAX || !isalnum((unsigned char)*name))
    return false;
  for (size_t i = 0; i < n; i++)
    if (!isalnum((unsigned char)name[i]) && !strchr("+-._", name[i]))
      return false;
  return true;
}

/* The paths under which the lists may have a file: as it is called, where links lead, and both with
 * and without /usr, because systems with merged folders list files where they were before. */
enum { ALIASES = 4 };
struct aliases {
  char *paths[ALIASES];
  size_t n;
};

static void add_alias(struct aliases *aliases, const char *path) {
  static const char usr[] = "/usr";
  size_t n = sizeof(usr) - 1;
  char *other = NULL;
  if (!path || aliases->n + 2 > ALIASES)
    return;
  aliases->paths[aliases->n] = strdup(path);
  aliases->n += aliases->paths[aliases->n] != NULL;
  if (!strncmp(path, "/usr/", n + 1))
    other = strdup(path + n);
  else if (asprintf(&other, "%s%s", usr, path) < 0)
    other = NULL;
  aliases->paths[aliases->n] = other;
  aliases->n += other != NULL;
}

static struct aliases aliases_of(const char *path) {
  struct aliases aliases = {.n = 0};
  _cleanup_free_ char *real = realpath(path, NULL);
  add_alias(&aliases, path);
  if (real && strcmp(real, path) != 0)
    add_alias(&aliases, real);
  return aliases;
}

static void aliases_deinit(struct aliases *aliases) {
  for (size_t i = 0; i < aliases->n; i++)
    free(aliases->paths[i]);
}

/* The whole of a list with a newline before it and a zero behind; NULL if it cannot be read. */
static char *read_list(int folder, const char *name) {
  int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  _cleanup_fclose_ FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
  if (!file)
    return NULL;
  char *text = NULL;
  size_t size = 0;
  FILE *whole = open_memstream(&text, &size);
  if (!whole)
    return NULL;
  fputc('\n', whole);
  char buffer[1 << 16];
  for (size_t n; ftell(whole) < MOST_LIST && (n = fread(buffer, 1, sizeof(buffer), file));)
    fwrite(buffer, 1, n, whole);
  if (!fclose(whole))
    return text;
  free(text);
  return NULL;
}

static bool list_has(const char *text, const struct aliases *aliases) {
  for (size_t i = 0; i < aliases->n; i++) {
    size_t n = strlen(aliases->paths[i]);
    for (const char *at = text; (at = strstr(at, aliases->paths[i])); at += n)
      if (at[-1] == '\n' && at[n] == '\n')
        return true;
  }
  return false;
}

bool package_of_dpkg(const char *folder, const char *path, char name[static PACKAGE_NAME_MAX]) {
  DIR *dir = opendir(folder);
  struct aliases aliases = aliases_of(path);
  int64_t until = monotonic_ms() + MOST_MS;
  bool found = false;
  for (struct dirent *entry; dir && !found && *path == '/' && (entry = readdir(dir)) != NULL;) {
    size_t n = strcspn(entry->d_name, ":");
    if (!ends_with(entry->d_name, ".list"))
      continue;
    if (!entry->d_name[n])
      n = strlen(entry->d_name) - strlen(".list");
    if (monotonic_ms() > until)
      break;
    _cleanup_free_ char *text =
        is_package_name(entry->d_name, n) ? read_list(dirfd(dir), entry->d_name) : NULL;
    found = text && list_has(text, &aliases);
    if (found)
      snprintf(name, PACKAGE_NAME_MAX, "%.*s", (int)n, entry->d_name);
  }
  if (dir)
    closedir(dir);
  aliases_deinit(&aliases);
  return found;
}

/* Starts rpm with its output in *ret; its pid or -1. */
static pid_t start_rpm(const char *path, int *ret) {
  char *const argv[] = {"rpm", "-qf", "--qf", "%{NAME}\\n", (char *)path, NULL};
  int ends[2];
  pid_t pid = -1;
  posix_spawn_file_actions_t actions;
  if (pipe2(ends, O_CLOEXEC))
    return -1;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ))
    pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (pid < 0)
    close(ends[0]);
  else
    *ret = ends[0];
  return pid;
}

/* Reads until the end, the time limit or a full buffer; the number of bytes. */
static size_t read_answer(int fd, char *text, size_t size) {
  int64_t until = monotonic_ms() + MOST_MS;
  size_t length = 0;
  while (length < size) {
    int64_t left = until - monotonic_ms();
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
      return 0;
    ssize_t n = read(fd, text + length, size - length);
    if (n <= 0)
      return n < 0 ? 0 : length;
    length += (size_t)n;
  }
  return length;
}

bool package_of_rpm(const char *path, char name[static PACKAGE_NAME_MAX]) {
  int fd = -1, status = 0;
  pid_t pid = *path == '/' ? start_rpm(path, &fd) : -1;
  if (pid < 0)
    return false;
  char text[PACKAGE_NAME_MAX] = "";
  size_t n = read_answer(fd, text, sizeof(text) - 1);
  close(fd);
  if (!n)
    kill(pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  text[n] = '\0';
  size_t length = strcspn(text, "\n");
  if (!n || status || !is_package_name(text, length))
    return false;
  snprintf(name, PACKAGE_NAME_MAX, "%.*s", (int)length, text);
  return true;
}

bool package_debug_command(const char *path, char command[static PACKAGE_COMMAND_MAX]) {
  char name[PACKAGE_NAME_MAX];
  if (package_of_dpkg(DPKG_LISTS, path, name)) {
    /* glibc's debug files are a package of its own name, older than -dbgsym. */
    snprintf(command, PACKAGE_COMMAND_MAX, "apt install %s%s", name,
             strcmp(name, "libc6") ? "-dbgsym" : "-dbg");
    return true;
  }
  if (!package_of_rpm(path, name))
    return false;
  snprintf(command, PACKAGE_COMMAND_MAX, "dnf debuginfo-install %s", name);
  return true;
}
