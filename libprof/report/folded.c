/* Folded stacks, one line each: "root;caller;callee 4096", as flamegraph.pl, inferno and speedscope
 * read them. The value is of one sample type. */
#include "report/frames.h"
#include "report/report.h"
#include "report/stacks.h"
#include "report/text.h"

/* ';' ends a frame in this format, so one in a name becomes ','. Readers take what follows the last
 * space as the value, so spaces may stay. */
static void append_key(struct strbuf *sb, const struct frame *frame) {
  size_t start = sb->length;
  text_escape(sb, frame->name);
  for (size_t i = start; !sb->failed && i < sb->length; i++)
    if (sb->data[i] == ';')
      sb->data[i] = ',';
}

struct error *report_folded(const struct profile *profile, const struct report_options *options,
                            FILE *out) {
  _cleanup_stack_set_ struct stack_set set;
  struct error *err = stack_set_init(&set, profile, append_key);
  if (err)
    return err;
  for (size_t i = 0; i < set.n_stacks; i++) {
    const struct stack *stack = &set.stacks[i];
    if (!stack->values[options->type])
      continue;
    for (const char *c = stack->key; *c; c++)
      fputc(*c == '\n' ? ';' : *c, out);
    fprintf(out, "%s %lld\n", stack->key[0] ? "" : "[no stack]",
            (long long)stack->values[options->type]);
  }
  return NULL;
}
