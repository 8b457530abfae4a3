#include "report/labels.h"

#include "report/json.h"
#include "report/text.h"

static bool is_string(const struct profile_label *label) {
  return label->str[0] != '\0';
}

void labels_append(struct strbuf *sb, const struct profile_sample *sample, int column) {
  for (uint32_t i = 0; i < sample->n_labels; i++) {
    const struct profile_label *label = &sample->labels[i];
    _cleanup_strbuf_ struct strbuf key = STRBUF_INIT;
    text_escape(&key, label->key);
    if (!strbuf_failed(&key)) {
      int padding = column - text_width(key.data);
      strbuf_appendf(sb, "%*s%s: ", padding > 0 ? padding : 0, "", key.data);
    }
    if (is_string(label))
      text_escape(sb, label->str);
    else {
      strbuf_appendf(sb, "%lld", (long long)label->num);
      if (label->unit[0]) {
        strbuf_append_char(sb, ' ');
        text_escape(sb, label->unit);
      }
    }
    strbuf_append_char(sb, '\n');
  }
}

json_t *labels_json(const struct profile_sample *sample) {
  json_t *array = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < sample->n_labels; i++) {
    const struct profile_label *label = &sample->labels[i];
    json_t *object = json_object();
    failed |= json_object_set_new(object, "key", json_text(label->key));
    failed |= json_object_set_new(
        object, "value", is_string(label) ? json_text(label->str) : json_integer(label->num));
    failed |= json_object_set_new(object, "unit", json_text(label->unit));
    failed |= json_array_append_new(array, object);
  }
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}
