#include "cli/session/wrong_frees.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/message.h"
#include "model/wrong_free.h"
#include "recording/wrong_frees.h"
#include "report/wrong_frees.h"
#include "symbol/own_operators.h"
#include "symbol/symbolize.h"

#include <inttypes.h>

struct error *wrong_frees_tell(const struct recording *recording, bool symbolize) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct error *err = recording_wrong_frees(recording, &profile);
  if (!err && profile && symbolize)
    err = symbolize_profile(profile, NULL);
  wrong_free_keep_sure(&profile, module_has_no_operators);
  if (err || !profile)
    return err;
  wrong_frees_append(&sb, profile);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  uint64_t n = recording->header.n_wrong_frees;
  message("process %d made %" PRIu64 " wrong call%s of free or realloc", recording->pid, n,
          n == 1 ? "" : "s");
  fputs(sb.data, stderr);
  return NULL;
}
