#include "shim/life/session_path.h"

#include "shim/store/space.h"
#include "shim/sys/sys.h"
#include "shim/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

char session_path[RECORDING_PATH_SIZE];

enum { MAX_GENERATION = 100000 };

/* A folder of this user's that nobody else can write to: in another's folder its owner could put
 * files in the shim's way. */
static bool own_folder(const char *path) {
  struct stat st;
  sys(SYS_mkdirat, AT_FDCWD, path, 0700);
  return sys(SYS_newfstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(st.st_mode) && st.st_uid == (uid_t)sys(SYS_geteuid) && !(st.st_mode & 022);
}

/* The user's folder in the base; false if it cannot be had. */
static bool users_folder(const char *base, char *path) {
  size_t n = text_copy(path, base, RECORDING_PATH_SIZE);
  text_number(path + n, (uint64_t)sys(SYS_geteuid));
  return own_folder(path);
}

/* Makes the file in the folder that `path` names, and `path` its name; false, and `path` as it was,
 * if there is no room. */
static bool create_in(char *path, uint32_t *generation) {
  size_t folder = text_length(path), n = folder;
  path[n++] = '/';
  n += text_number(path + n, (uint64_t)sys(SYS_getpid));
  path[n++] = '.';
  for (uint32_t g = 0; g < MAX_GENERATION; g++) {
    size_t end = n + text_number(path + n, g);
    text_copy(path + end, ".mprec", RECORDING_PATH_SIZE - end);
    int error = space_create(path);
    if (error == 0) {
      *generation = g;
      text_copy(session_path, path, sizeof(session_path));
      return true;
    }
    if (error != -EEXIST)
      break;
  }
  path[folder] = '\0';
  return false;
}

bool session_path_create(const char *dir, char *path, uint32_t *generation) {
  static const char *const bases[] = {"/dev/shm/memprof-", "/tmp/memprof-"};
  session_path[0] = '\0';
  path[0] = '\0';
  if (dir) {
    if (text_length(dir) + 64 > RECORDING_PATH_SIZE)
      return false;
    text_copy(path, dir, RECORDING_PATH_SIZE);
    return create_in(path, generation);
  }
  for (int i = 0; i < 2; i++)
    if (users_folder(bases[i], path) && create_in(path, generation))
      return true;
  return false;
}
