#include "symbol/inspect.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "symbol/binary.h"
#include "symbol/inspect_elf.h"
#include "symbol/module.h"
#include "symbol/symbolize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel reads this much of a script's first line (BINPRM_BUF_SIZE) and follows this many. */
#define FIRST_LINE 256
#define MAX_SCRIPTS 5

static bool is_executable_file(const char *path, int *err_no) {
  struct stat st;
  if (!stat(path, &st) && !access(path, X_OK)) {
    *err_no = S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? EISDIR : EACCES;
    return !*err_no;
  }
  *err_no = errno;
  return false;
}

/* As execvp: the first in PATH that can be run; else what stood in the way of the best candidate.
 */
static char *find_in_path(const char *name, int *err_no) {
  const char *path = getenv("PATH");
  int result = ENOENT;
  for (const char *p = path ? path : "/bin:/usr/bin"; p;
       p = strchr(p, ':') ? strchr(p, ':') + 1 : NULL) {
    int n = (int)strcspn(p, ":");
    char *candidate;
    int why;
    if (asprintf(&candidate, "%.*s%s%s", n, p, n ? "/" : "", name) < 0)
      return NULL;
    if (is_executable_file(candidate, &why)) {
      *err_no = 0;
      return candidate;
    }
    if (why == EACCES)
      result = EACCES;
    free(candidate);
  }
  *err_no = result;
  return strdup(name);
}

static char *find_program(const char *name, int *err_no) {
  if (!strchr(name, '/') && *name)
    return find_in_path(name, err_no);
  is_executable_file(name, err_no);
  return strdup(name);
}

static enum obstacle obstacle_of(const char *path, int err_no) {
  struct stat st;
  if (!stat(path, &st) && !S_ISREG(st.st_mode))
    return OBSTACLE_NOT_A_FILE;
  return err_no == 0        ? OBSTACLE_NONE
         : err_no == EACCES ? OBSTACLE_NOT_EXECUTABLE
                            : OBSTACLE_NOT_FOUND;
}

/* The first line of a script behind its "#!"; "/bin/sh" for a text without one, which execvp hands
 * to the shell; NULL for an ELF file. `buffer` holds it. */
static char *script_line(const char *path, char buffer[static FIRST_LINE], int *err_no) {
  _cleanup_close_ int fd = binary_open_file(path);
  ssize_t n = fd >= 0 ? read(fd, buffer, FIRST_LINE - 1) : -1;
  *err_no = n < 0 ? errno : 0;
  if (n < 0 || (n >= 4 && !memcmp(buffer, "\177ELF", 4)))
    return NULL;
  buffer[n] = '\0';
  if (buffer[0] != '#' || buffer[1] != '!')
    return strcpy(buffer, "/bin/sh");
  buffer[strcspn(buffer, "\n")] = '\0';
  return buffer + 2;
}

static char *next_word(char **line) {
  char *word = *line + strspn(*line, " \t");
  *line = word + strcspn(word, " \t");
  if (**line)
    *(*line)++ = '\0';
  return *word ? word : NULL;
}

/* "env NAME" runs NAME: the program that matters. */
static char *behind_env(char *word, char *rest) {
  if (strcmp(path_base_name(word), "env") != 0)
    return word;
  for (char *argument; (argument = next_word(&rest));)
    if (argument[0] != '-' && !strchr(argument, '='))
      return argument;
  return word;
}

/* Replaces ret->program by the interpreter, until that is no script. */
static bool follow_scripts(struct inspection *ret) {
  char buffer[FIRST_LINE];
  for (int i = 0; i < MAX_SCRIPTS; i++) {
    char *line = script_line(ret->program, buffer, &ret->err_no);
    if (!line) {
      ret->obstacle = ret->err_no ? OBSTACLE_UNREADABLE : OBSTACLE_NONE;
      return true;
    }
    char *word = next_word(&line), *found;
    if (word)
      word = behind_env(word, line);
    if (!(found = find_program(word ? word : "", &ret->err_no)))
      return false;
    free(ret->program);
    free(ret->interpreter);
    ret->program = found;
    if (!(ret->interpreter = strdup(found)))
      return false;
    if (ret->err_no)
      break;
  }
  ret->obstacle = OBSTACLE_NO_INTERPRETER;
  return true;
}

struct error *inspect_program(const char *name, struct inspection *ret) {
  struct inspection in = {.architecture = "unknown", .allocator = "unknown"};
  in.path = find_program(name, &in.err_no);
  in.program = in.path ? strdup(in.path) : NULL;
  in.interpreter = strdup("");
  bool ok = in.path && in.program && in.interpreter;
  if (ok && !(in.obstacle = obstacle_of(in.path, in.err_no)))
    ok = follow_scripts(&in);
  if (ok && !in.obstacle)
    inspect_elf(&in);
  if (!ok) {
    inspection_deinit(&in);
    return &error_no_memory;
  }
  *ret = in;
  return NULL;
}

void inspection_deinit(struct inspection *in) {
  free(in->path);
  free(in->program);
  free(in->interpreter);
}

enum debug_info inspect_debug_info(const struct inspection *in, const char *debug_dirs,
                                   char **ret_file) {
  struct binary binary;
  const char *dirs = debug_dirs ? debug_dirs : SYMBOL_DEBUG_DIRS;
  _cleanup_free_ char *path = realpath(in->program, NULL);
  *ret_file = NULL;
  if (!path || binary_find(path, "", dirs, &binary) != BINARY_FOUND)
    return DEBUG_INFO_NONE;
  enum debug_info result = DEBUG_INFO_NONE;
  struct symbol_module *module = symbol_module_open(&binary, dirs);
  const char *file = module ? symbol_module_debug_file(module) : "";
  if (*file)
    result = strcmp(file, path) ? DEBUG_INFO_SEPARATE : DEBUG_INFO_INSIDE;
  else if (inspect_has_section(path, ".gnu_debugdata"))
    result = DEBUG_INFO_MINI;
  if (result != DEBUG_INFO_NONE)
    *ret_file = strdup(*file ? file : path);
  symbol_module_close(module);
  binary_deinit(&binary);
  return result;
}
