/* exec and posix_spawn: a program that cannot carry the shim is started without it
 * (life/carrier.h), and `memprof run` is to know of all into which the shim does not go along.
 *
 * All others are started as they are asked for. Nothing is allocated, and errno is the next
 * function's. libc's own callers (system, popen) come to /bin/sh by inner names; the shell's exec
 * comes here. */
#include "shim/life/carrier.h"
#include "shim/life/settings.h"
#include "shim/sys/say.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <alloca.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

extern char **environ;

typedef int exec_fn(const char *path, char *const argv[], char *const envp[]);
typedef int spawn_fn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

static exec_fn *next_execve, *next_execvpe;
static spawn_fn *next_spawn, *next_spawnp;
static int (*next_execveat)(int, const char *, char *const[], char *const[], int);
static int (*next_fexecve)(int, char *const[], char *const[]);

static void exec_find_next(void) {
  next_execve = (exec_fn *)dlsym(RTLD_NEXT, "execve");
  next_execvpe = (exec_fn *)dlsym(RTLD_NEXT, "execvpe");
  next_spawn = (spawn_fn *)dlsym(RTLD_NEXT, "posix_spawn");
  next_spawnp = (spawn_fn *)dlsym(RTLD_NEXT, "posix_spawnp");
  next_execveat = dlsym(RTLD_NEXT, "execveat");
  next_fexecve = dlsym(RTLD_NEXT, "fexecve");
}

__attribute__((constructor)) static void exec_start(void) {
  exec_find_next();
}

/* The entry of LD_PRELOAD that has the shim in it; NULL if no entry has. */
static char *const *preload_of(char *const envp[]) {
  for (; envp && *envp; envp++) {
    const char *list = text_value(*envp, "LD_PRELOAD");
    if (list && settings_has_shim(list))
      return envp;
  }
  return NULL;
}

/* More than these are not copied, because a stack may be small: the program gets what it was to
 * get.
 */
enum { ENTRIES_MOST = 4096, LIST_LONGEST = 16384 };

/* envp, or a copy of it on the stack without the shim: for a macro, because alloca's memory goes
 * with the function. */
struct lean {
  size_t entries, list; /* sizes */
};

static bool lean_sizes(char *const envp[], char *const *preload, struct lean *ret) {
  ret->entries = 0;
  while (envp[ret->entries])
    ret->entries++;
  ret->list = text_length(*preload) + 1;
  return ret->entries <= ENTRIES_MOST && ret->list <= LIST_LONGEST;
}

static char *const *lean_fill(char **copy, char *list, char *const envp[], char *const *preload,
                              const struct lean *lean) {
  for (size_t i = 0; i <= lean->entries; i++)
    copy[i] = envp[i];
  text_copy(list, *preload, lean->list);
  settings_without_shim(list + sizeof("LD_PRELOAD"));
  copy[preload - envp] = list;
  return copy;
}

/* Reports that the shim does not go along. A file that nobody may execute will not be. */
static void note_unseen(int dir, const char *path, const char *why) {
  if (!*path)
    say_unseen("a program", why);
  else if (sys(SYS_faccessat, dir, path, X_OK) == 0)
    say_unseen(path, why);
}

static bool follows_children(void) {
  struct settings settings;
  const char *bad;
  return settings_read(&settings, &bad) && settings.follow;
}

/* Whether the file gets a copy of the environment, whose sizes go to *lean. A file that will run
 * without the shim is noted on the way, because why is found out once. */
static bool needs_lean(int dir, const char *path, char *const envp[], char *const **preload,
                       struct lean *lean) {
  *preload = preload_of(envp);
  if (!path)
    return false;
  struct carrier_fault fault = {"was started without LD_PRELOAD", false};
  if (*preload)
    fault = carrier_fault_of(dir, path);
  if (fault.why && follows_children())
    note_unseen(dir, path, fault.why);
  return fault.is_hurt && lean_sizes(envp, *preload, lean);
}

#define LEAN_ENVIRONMENT(dir, path, envp)                                                          \
  ({                                                                                               \
    char *const *preload_, *const *envp_ = (envp);                                                 \
    struct lean lean_;                                                                             \
    needs_lean(dir, path, envp_, &preload_, &lean_)                                                \
        ? lean_fill(alloca((lean_.entries + 1) * sizeof(char *)), alloca(lean_.list), envp_,       \
                    preload_, &lean_)                                                              \
        : envp_;                                                                                   \
  })

/* The file that a search of PATH finds first, in *to; NULL if it finds no file. */
enum { FOUND_LONGEST = 4096 };
static const char *searched(const char *file, char to[FOUND_LONGEST]) {
  const char *path = NULL;
  for (char **entry = environ; entry && *entry && !path; entry++)
    path = text_value(*entry, "PATH");
  for (const char *p = file; *p; p++)
    if (*p == '/')
      return file;
  for (path = path ? path : "/bin:/usr/bin"; *path;) {
    size_t n = 0;
    for (; *path && *path != ':'; path++)
      if (n + text_length(file) + 2 < FOUND_LONGEST)
        to[n++] = *path;
    to[n] = '/';
    text_copy(to + n + (n != 0), file, FOUND_LONGEST - n - 1);
    if (sys(SYS_faccessat, AT_FDCWD, to, X_OK) == 0)
      return to;
    path += *path == ':';
  }
  return NULL;
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[]) {
  if (!next_execve)
    exec_find_next();
  return next_execve(path, argv, LEAN_ENVIRONMENT(AT_FDCWD, path, envp));
}

EXPORT int execv(const char *path, char *const argv[]) {
  return execve(path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[]) {
  char found[FOUND_LONGEST];
  if (!next_execvpe)
    exec_find_next();
  return next_execvpe(file, argv, LEAN_ENVIRONMENT(AT_FDCWD, searched(file, found), envp));
}

EXPORT int execvp(const char *file, char *const argv[]) {
  return execvpe(file, argv, environ);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[]) {
  if (!next_fexecve)
    exec_find_next();
  return next_fexecve(fd, argv, LEAN_ENVIRONMENT(fd, "", envp));
}

EXPORT int execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags) {
  if (!next_execveat)
    exec_find_next();
  return next_execveat(dir, path, argv, LEAN_ENVIRONMENT(dir, path, envp), flags);
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const envp[]) {
  if (!next_spawn)
    exec_find_next();
  return next_spawn(pid, path, actions, attributes, argv, LEAN_ENVIRONMENT(AT_FDCWD, path, envp));
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const argv[],
                        char *const envp[]) {
  char found[FOUND_LONGEST];
  if (!next_spawnp)
    exec_find_next();
  return next_spawnp(pid, file, actions, attributes, argv,
                     LEAN_ENVIRONMENT(AT_FDCWD, searched(file, found), envp));
}

/* The arguments of execl and its like, from `first` to the NULL that ends them. */
static size_t count_arguments(const char *first, va_list ap) {
  size_t n = 0;
  for (const char *a = first; a; a = va_arg(ap, const char *))
    n++;
  return n;
}

static void list_arguments(char **to, size_t n, const char *first, va_list ap) {
  to[0] = (char *)first;
  for (size_t i = 1; i <= n && n; i++)
    to[i] = va_arg(ap, char *);
}

#define EXEC_LIST(first, call, envp_of)                                                            \
  va_list ap, again;                                                                               \
  va_start(ap, first);                                                                             \
  va_copy(again, ap);                                                                              \
  size_t n = count_arguments(first, ap);                                                           \
  char **argv = alloca((n + 1) * sizeof(*argv));                                                   \
  list_arguments(argv, n, first, again);                                                           \
  char *const *envp = envp_of;                                                                     \
  va_end(again);                                                                                   \
  va_end(ap);                                                                                      \
  return call

EXPORT int execl(const char *path, const char *first, ...) {
  EXEC_LIST(first, execve(path, argv, envp), environ);
}

EXPORT int execlp(const char *file, const char *first, ...) {
  EXEC_LIST(first, execvpe(file, argv, envp), environ);
}

EXPORT int execle(const char *path, const char *first, ...) {
  EXEC_LIST(first, execve(path, argv, envp), va_arg(again, char *const *));
}
