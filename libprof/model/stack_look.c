#include "model/stack_look.h"

#include <inttypes.h>
#include <stdio.h>

#define LEAST_GROWTH 0.25

void stack_look_append(struct strbuf *sb, const struct stack_look *look) {
  strbuf_appendf(sb,
                 "thread_stacks: n=%" PRIu64 " reserved=%" PRIu64 " touched=%" PRIu64
                 " threads=%" PRIu64 " age_ns=%" PRIu64 " earlier=%" PRIu64
                 " earlier_age_ns=%" PRIu64,
                 look->stacks, look->reserved, look->touched, look->threads, look->age_ns,
                 look->earlier, look->earlier_age_ns);
}

static bool look_parse(const char *comment, struct stack_look *ret) {
  return sscanf(comment,
                "thread_stacks: n=%" SCNu64 " reserved=%" SCNu64 " touched=%" SCNu64
                " threads=%" SCNu64 " age_ns=%" SCNu64 " earlier=%" SCNu64
                " earlier_age_ns=%" SCNu64,
                &ret->stacks, &ret->reserved, &ret->touched, &ret->threads, &ret->age_ns,
                &ret->earlier, &ret->earlier_age_ns) == 7;
}

double stack_look_growth(const struct stack_look *look, uint64_t least) {
  double more = (double)look->stacks - (double)look->earlier;
  double seconds = ((double)look->age_ns - (double)look->earlier_age_ns) / 1e9;
  bool grows = look->earlier_age_ns && seconds > 0 && more >= (double)least &&
               more >= LEAST_GROWTH * (double)look->earlier;
  return grows ? more / seconds : 0;
}

bool profile_stack_look(const struct profile *profile, struct stack_look *ret) {
  struct stack_look look;
  bool found = false;
  for (size_t i = 0; i < profile->n_comments; i++)
    if (look_parse(profile->comments[i], &look) && (!found || look.stacks > ret->stacks)) {
      *ret = look;
      found = true;
    }
  return found;
}
