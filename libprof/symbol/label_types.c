#include "symbol/label_types.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "model/allocator_names.h"
#include "model/history_labels.h"
#include "model/layout.h"
#include "model/name_list.h"

#include <string.h>

/* Names of nodes: a container allocates them one at a time. */
static const char *const nodes[] = {
    "std::_Rb_tree_node<",        "std::_List_node<",       "std::_Fwd_list_node<",
    "std::__detail::_Hash_node<", "std::_Sp_counted_",      "std::__1::__tree_node<",
    "std::__1::__list_node<",     "std::__1::__hash_node<", "std::__1::__shared_ptr_emplace<",
};

/* Functions that allocate for their first template argument; of those without debug information the
 * name is all there is. */
static const char *const by_name[] = {
    "std::__new_allocator<",
    "__gnu_cxx::new_allocator<",
    "std::allocator<",
    "std::__cxx11::basic_string<",
};

/* How sure it is that a call returns the block itself. */
enum returns { RETURNS_SOMETHING, RETURNS_LIKELY, RETURNS_BLOCK };

/* The first template argument in "std::allocator<int>::allocate". */
static const char *first_argument(struct profile *profile, const char *name) {
  const char *begin = strchr(name, '<') + 1, *end = begin;
  for (int depth = 0; *end && (depth || (*end != ',' && *end != '>')); end++)
    depth += *end == '<' || *end == '(' ? 1 : *end == '>' || *end == ')' ? -1 : 0;
  while (end > begin && end[-1] == ' ')
    end--;
  return profile_string_n(profile, begin, (size_t)(end - begin));
}

static bool type_by_name(struct profile *profile, const struct profile_location *location,
                         struct symbol_type *ret) {
  for (uint32_t i = 0; i < location->n_lines; i++) {
    const char *name = profile->functions[location->lines[i].function].name;
    if (name_begins_with(name, by_name, NAMES(by_name))) {
      *ret = (struct symbol_type){.form = BLOCK_CONTAINER, .name = first_argument(profile, name)};
      return ret->name && *ret->name;
    }
  }
  return false;
}

static const char *label_text(struct profile *profile, const char *before, const char *name,
                              const char *after) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_appendf(&sb, "%s%s%s", before, name, after);
  return strbuf_failed(&sb) ? NULL : profile_string(profile, sb.data);
}

/* The label's value, if a block of `size` bytes can be of the type; else NULL. */
static const char *fitting_name(struct profile *profile, const struct symbol_type *type,
                                uint64_t size, enum returns returns) {
  bool one = type->size == size || (type->flexible && size >= type->size);
  bool several = type->size && size % type->size == 0;
  switch (type->form) {
  case BLOCK_POINTER:
    if (one && returns >= RETURNS_LIKELY)
      return type->name;
    return several && returns == RETURNS_BLOCK ? label_text(profile, "", type->name, "[]") : NULL;
  case BLOCK_BYTES:
    return returns == RETURNS_BLOCK ? label_text(profile, "", type->name, "[]") : NULL;
  case BLOCK_PASSED:
    return one && returns >= RETURNS_LIKELY ? type->name : NULL;
  case BLOCK_ONE:
    return one ? type->name : NULL;
  case BLOCK_CONTAINER:
    if (name_begins_with(type->name, nodes, NAMES(nodes)))
      return one || !type->size ? type->name : NULL;
    return several || !type->size ? label_text(profile, "", type->name, "[]") : NULL;
  case BLOCK_TABLE:
    return label_text(profile, "hashbrown::raw::RawTable<", type->name, ">");
  case BLOCK_NONE:
  case N_BLOCK_FORMS:
    break;
  }
  return NULL;
}

/* Whether all functions of the location stand between an allocation and its user, and how sure it
 * is that the outermost one returns the block. */
static bool passes_on(const struct profile *profile, const struct profile_location *location,
                      enum returns *returns) {
  const char *name = NULL;
  for (uint32_t i = 0; i < location->n_lines; i++) {
    name = profile->functions[location->lines[i].function].name;
    if (!allocator_name_is_known(name) && !allocator_name_is_likely(name))
      return false;
  }
  if (!name)
    return false;
  *returns = allocator_name_allocates(name)    ? RETURNS_BLOCK
             : allocator_name_is_library(name) ? RETURNS_SOMETHING
                                               : RETURNS_LIKELY;
  return true;
}

/* The label's value, or NULL, and the type that it names. */
static const char *type_of_sample(struct profile *profile, const struct profile_sample *sample,
                                  uint64_t size, const struct symbol_type *types,
                                  struct symbol_type *ret) {
  const char *bytes = NULL; /* a wrapper's own pointer to characters, if nobody knows better */
  enum returns returns = RETURNS_BLOCK;
  bool goes_on = true;
  for (uint32_t i = 0; i < sample->n_locations && goes_on; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    struct symbol_type type = {0};
    if (!location->is_folded) { /* else it may be the code of another type */
      type = types[sample->locations[i]];
      if (type.form == BLOCK_NONE)
        type_by_name(profile, location, &type);
    }
    const char *name = fitting_name(profile, &type, size, returns);
    goes_on = passes_on(profile, location, &returns) &&
              (!location->is_folded || returns != RETURNS_LIKELY);
    *ret = type;
    if (name && (type.form != BLOCK_BYTES || !goes_on))
      return name;
    bytes = bytes ? bytes : name;
  }
  return bytes;
}

static bool label_sample(struct profile *profile, struct profile_sample *sample,
                         const char *value) {
  struct profile_label *labels = profile_array(profile, sample->n_labels + 1UL, sizeof(*labels));
  struct profile_label label = {.key = profile_string(profile, PROFILE_LABEL_TYPE),
                                .str = value,
                                .unit = profile_string(profile, "")};
  if (!labels || !label.key || !label.unit)
    return false;
  if (sample->n_labels)
    memcpy(labels, sample->labels, sample->n_labels * sizeof(*labels));
  labels[sample->n_labels++] = label;
  sample->labels = labels;
  return true;
}

/* Once for each type: comments are interned. */
static bool keep_layout(struct profile *profile, const struct symbol_type *type) {
  const char *comment = NULL;
  if (type->layout && *type->layout) {
    _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
    strbuf_appendf(&sb, LAYOUT_COMMENT "%s%s", type->name, type->layout);
    comment = strbuf_failed(&sb) ? NULL : profile_string(profile, sb.data);
    if (!comment)
      return false;
  }
  for (size_t i = 0; comment && i < profile->n_comments; i++)
    if (profile->comments[i] == comment)
      comment = NULL;
  _cleanup_error_ struct error *err = comment ? profile_add_comment(profile, comment) : NULL;
  return !err;
}

bool label_types(struct profile *profile, const struct symbol_type *types) {
  for (size_t i = 0; i < profile->n_samples; i++) {
    struct profile_sample *sample = &profile->samples[i];
    int64_t size;
    /* The second sample of a history has the stack of a free. */
    bool frees = sample_is_history(sample) && !profile_sample_text(sample, HISTORY_LABEL_END);
    if (frees || profile_sample_text(sample, PROFILE_LABEL_TYPE) ||
        !profile_sample_number(sample, PROFILE_LABEL_BYTES, &size) || size <= 0)
      continue;
    struct symbol_type type = {0};
    const char *name = type_of_sample(profile, sample, (uint64_t)size, types, &type);
    if (name && (!label_sample(profile, sample, name) || !keep_layout(profile, &type)))
      return false;
  }
  return true;
}
