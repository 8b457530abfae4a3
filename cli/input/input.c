#include "cli/input/input.h"

#include "advise/reusable.h"
#include "base/cleanup.h"
#include "cli/input/folder.h"
#include "load/load.h"
#include "model/calibrate.h"

static bool wants_symbols = true;

static const struct option_spec specs[] = {
    {.name = "symbolize",
     .help = "Do not look up functions and lines that the profile lacks",
     .kind = OPTION_FLAG,
     .value = &wants_symbols,
     .on_by_default = true},
    {0},
};
const struct option_group input_options = {"Input options", specs};

static struct error *read_one(const char *path, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = load_file(path, wants_symbols, &profile);
  if (!err)
    err = reusable_add(profile);
  if (!err)
    *ret = no_cleanup_ptr(profile);
  return err;
}

struct error *input_read_raw(const char *path, struct profile **ret) {
  return is_folder(path) ? folder_read(path, read_one, ret) : read_one(path, ret);
}

struct error *input_read(const char *path, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = input_read_raw(path, &profile);
  if (!err)
    err = calibrate_profile(profile);
  if (!err)
    *ret = no_cleanup_ptr(profile);
  return err;
}
