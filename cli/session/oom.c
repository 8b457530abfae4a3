#include "cli/session/oom.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/message.h"
#include "model/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *oom_cgroup_root(void) {
  const char *root = getenv("MEMPROF_CGROUP_ROOT");
  return root && *root ? root : CGROUP_ROOT;
}

void oom_begin(struct oom *oom) {
  *oom = (struct oom){0};
  struct error *err = cgroup_read(oom_cgroup_root(), getpid(), &oom->group);
  error_destroy(err); /* then the kill is not reported; the program runs */
  oom->known = !err && cgroup_kills(&oom->group, &oom->kills);
}

static void append_verdict(struct strbuf *sb, const struct cgroup *group, uint64_t kills) {
  strbuf_appendf(sb, "the kernel's out-of-memory killer killed %" PRIu64 " process%s", kills,
                 kills > 1 ? "es" : "");
  if (!group->limited)
    return;
  strbuf_appendf(sb, " of cgroup %s, whose %s is ", group->name, group->limit_file);
  unit_format(sb, (double)group->limit, "bytes", NULL);
}

struct error *oom_end(const struct oom *oom, bool quiet, char **ret) {
  static const char key[] = "ended: ";
  struct strbuf sb = STRBUF_INIT;
  uint64_t kills;
  *ret = NULL;
  if (!oom->known || !cgroup_kills(&oom->group, &kills) || kills <= oom->kills)
    return NULL;
  strbuf_append(&sb, key);
  append_verdict(&sb, &oom->group, kills - oom->kills);
  *ret = strbuf_steal(&sb);
  if (!*ret)
    return &error_no_memory;
  if (!quiet)
    message("%s", *ret + strlen(key));
  return NULL;
}
