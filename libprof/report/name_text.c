/* A name is a sequence of characters and of groups "<argument, argument>". A group is read whole,
 * its arguments are shortened themselves, and those that are defaults are dropped before it is
 * written. Everything else is copied. */
#include "report/name_text.h"

#include "report/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_DEPTH = 40, MOST_ARGUMENTS = 64 };

struct parser {
  const char *at;
  int depth;
  bool failed; /* too deep, too many, or out of balance */
};

static bool starts_with(const char *s, const char *prefix) {
  return !strncmp(s, prefix, strlen(prefix));
}

static bool has_suffix(const struct strbuf *sb, const char *suffix) {
  size_t n = strlen(suffix);
  return sb->length >= n && !memcmp(sb->data + sb->length - n, suffix, n);
}

static void cut(struct strbuf *sb, size_t length) {
  sb->length = length;
  sb->data[length] = '\0';
}

/* Skips what names nothing. */
static bool skip_noise(struct parser *p) {
  static const char *const noise[] = {"__cxx11::", "__1::", "[abi:cxx11]"};
  for (size_t i = 0; i < sizeof(noise) / sizeof(*noise); i++)
    if (starts_with(p->at, noise[i])) {
      p->at += strlen(noise[i]);
      return true;
    }
  return false;
}

static bool is_default(const char *argument) {
  static const char *const defaults[] = {"std::allocator<", "std::char_traits<",
                                         "std::less<",      "std::hash<",
                                         "std::equal_to<",  "std::default_delete<"};
  size_t n = strlen(argument);
  for (size_t i = 0; n && argument[n - 1] == '>' && i < sizeof(defaults) / sizeof(*defaults); i++)
    if (starts_with(argument, defaults[i]))
      return true;
  return false;
}

/* std::basic_string<char> and its like by their names; whether it was one. */
static bool append_alias(struct strbuf *sb, const char *only) {
  static const struct {
    const char *template, *argument, *name;
  } aliases[] = {
      {"std::basic_string", "char", "std::string"},
      {"std::basic_string", "wchar_t", "std::wstring"},
      {"std::basic_string", "char8_t", "std::u8string"},
      {"std::basic_string", "char16_t", "std::u16string"},
      {"std::basic_string", "char32_t", "std::u32string"},
      {"std::basic_string_view", "char", "std::string_view"},
      {"std::basic_string_view", "wchar_t", "std::wstring_view"},
  };
  for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
    if (has_suffix(sb, aliases[i].template) && !strcmp(only, aliases[i].argument)) {
      cut(sb, sb->length - strlen(aliases[i].template));
      strbuf_append(sb, aliases[i].name);
      return true;
    }
  return false;
}

static void name_parse(struct parser *p, struct strbuf *sb, const char *stops);

/* The arguments up to ">", each shortened; their number. */
static size_t parse_arguments(struct parser *p, struct strbuf *arguments) {
  size_t n = 0;
  do {
    p->at += 1 + strspn(p->at + 1, " ");
    if (n == MOST_ARGUMENTS) {
      p->failed = true;
      break;
    }
    arguments[n] = (struct strbuf)STRBUF_INIT;
    strbuf_append(&arguments[n], "");
    name_parse(p, &arguments[n], ",>");
    while (arguments[n].length && arguments[n].data[arguments[n].length - 1] == ' ')
      cut(&arguments[n], arguments[n].length - 1);
    n++;
  } while (!p->failed && *p->at == ',');
  p->failed |= *p->at != '>';
  p->at += *p->at == '>';
  return n;
}

static void append_group(struct parser *p, struct strbuf *sb) {
  struct strbuf arguments[MOST_ARGUMENTS];
  size_t n = parse_arguments(p, arguments), kept = 0;
  for (size_t i = 0; i < n && !strbuf_failed(&arguments[i]); i++)
    if (!i || !is_default(arguments[i].data))
      kept++;
  if (kept != 1 || strbuf_failed(&arguments[0]) || !append_alias(sb, arguments[0].data)) {
    const char *before = "<";
    for (size_t i = 0; i < n && !strbuf_failed(&arguments[i]); i++)
      if (!i || !is_default(arguments[i].data)) {
        strbuf_append(sb, before);
        strbuf_append(sb, arguments[i].data);
        before = ", ";
      }
    strbuf_append(sb, n ? ">" : "<>");
  }
  for (size_t i = 0; i < n; i++)
    strbuf_deinit(&arguments[i]);
}

/* Whether "<" or ">" here is part of an operator's name or of an arrow. */
static bool is_operator(const struct strbuf *sb) {
  static const char *const ends[] = {"operator", "operator<", "operator>", "operator<=", "-", "="};
  for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
    if (has_suffix(sb, ends[i]))
      return true;
  return false;
}

/* Copies up to one of `stops` or the end; inside parentheses nothing stops but their end. */
static void name_parse(struct parser *p, struct strbuf *sb, const char *stops) {
  if (++p->depth > MOST_DEPTH)
    p->failed = true;
  while (*p->at && !p->failed) {
    char c = *p->at;
    if (skip_noise(p))
      continue;
    if ((c == '<' || c == '>') && is_operator(sb)) {
      strbuf_append_char(sb, c);
      p->at++;
    } else if (strchr(stops, c)) {
      break;
    } else if (c == '<') {
      append_group(p, sb);
    } else {
      strbuf_append_char(sb, c);
      p->at++;
      if (c == '(') {
        name_parse(p, sb, ")");
        p->failed |= *p->at != ')';
      }
    }
  }
  p->depth--;
}

void name_append(struct strbuf *sb, const char *name) {
  _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
  struct parser p = {.at = name};
  strbuf_append(&text, "");
  name_parse(&p, &text, "");
  text_escape(sb, p.failed || strbuf_failed(&text) ? name : text.data);
}

const char *name_file(const char *file) {
  static const char *const before[] = {"/rustc/", "/lib/rustlib/src/rust/"};
  const char *at = starts_with(file, before[0]) ? file + strlen(before[0]) : NULL;
  if (at) {
    size_t n = strspn(at, "0123456789abcdef");
    return n >= 12 && at[n] == '/' ? at + n + 1 : file;
  }
  at = strstr(file, before[1]);
  return at ? at + strlen(before[1]) : file;
}

static bool is_identifier(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

/* The length of "alloc::vec::" in front of a type, which begins with a capital letter; 0 where `s`
 * is another path. */
static size_t rust_modules(const char *s) {
  static const char *const crates[] = {"alloc::", "core::", "std::", "hashbrown::"};
  for (size_t i = 0; i < sizeof(crates) / sizeof(*crates); i++)
    if (starts_with(s, crates[i])) {
      size_t n = strlen(crates[i]);
      while (!isupper((unsigned char)s[n])) {
        size_t k = n;
        while (is_identifier(s[k]))
          k++;
        if (k == n || !starts_with(s + k, "::"))
          return 0;
        n = k + 2;
      }
      return n;
    }
  return 0;
}

/* Removes the modules of Rust's library in front of its types and traits, and C++'s namespaces
 * without a name. */
static void cut_modules(struct strbuf *sb) {
  static const char anonymous[] = "(anonymous namespace)::";
  char *to = sb->data;
  for (const char *at = sb->data; *at; *to++ = *at++) {
    if (starts_with(at, anonymous))
      at += strlen(anonymous);
    if (to == sb->data || (!is_identifier(to[-1]) && to[-1] != ':'))
      at += rust_modules(at);
    if (!*at)
      break;
  }
  cut(sb, (size_t)(to - sb->data));
}

struct group {
  size_t start, length; /* of what is between "<" and ">", or between " as " and ">" */
};

/* The trait of "type as trait"; the whole where there is no trait, or no more. */
static struct group trait_of(const char *s, struct group group) {
  static const char as[] = " as ";
  const char *at = memmem(s + group.start, group.length, as, sizeof(as) - 1);
  if (!at || s[group.start - 1] != '<' || (size_t)(at - s) < group.start)
    return group;
  size_t start = (size_t)(at - s) + sizeof(as) - 1, end = group.start + group.length;
  struct group trait = {start, end - start};
  return trait.length > 3 ? trait : group;
}

/* The longest group of balanced brackets that is worth to be replaced. */
static struct group longest_group(const char *s) {
  size_t open[MOST_DEPTH], depth = 0;
  struct group longest = {0, 0};
  for (size_t i = 0; s[i]; i++) {
    bool is_name = i >= 8 && !strncmp(s + i - 8, "operator", 8);
    if (s[i] == '<' && !is_name && depth < MOST_DEPTH)
      open[depth++] = i + 1;
    else if (s[i] == '>' && depth && !is_name && s[i - 1] != '-' && s[i - 1] != '=') {
      size_t start = open[--depth];
      struct group group = trait_of(s, (struct group){start, i - start});
      if (group.length > longest.length && group.length > 3)
        longest = group;
    }
  }
  return longest;
}

static void shorten_groups(struct strbuf *sb, int columns) {
  while (text_width(sb->data) > columns) {
    struct group group = longest_group(sb->data);
    if (!group.length)
      break;
    char *at = sb->data + group.start;
    memcpy(at, "...", 3);
    memmove(at + 3, at + group.length, sb->length - group.start - group.length + 1);
    sb->length -= group.length - 3;
  }
}

static void fit_name(struct strbuf *sb, const char *text, int columns) {
  _cleanup_strbuf_ struct strbuf shorter = STRBUF_INIT;
  strbuf_append(&shorter, text);
  if (!strbuf_failed(&shorter) && text_width(text) > columns) {
    cut_modules(&shorter);
    shorten_groups(&shorter, columns);
  }
  text_elide(sb, strbuf_failed(&shorter) ? text : shorter.data, columns);
}

void name_fit(struct strbuf *sb, const char *text, int columns) {
  static const char via[] = "  via ";
  enum { LEAST_VIA = 14 }; /* columns of a name that still says something */
  const char *tail = strstr(text, via);
  if (!tail || text_width(text) <= columns) {
    fit_name(sb, text, columns);
    return;
  }
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT, fitted = STRBUF_INIT;
  strbuf_append_n(&name, text, (size_t)(tail - text));
  fit_name(&fitted, strbuf_failed(&name) ? text : name.data, columns);
  if (strbuf_failed(&fitted)) {
    sb->failed = true;
    return;
  }
  strbuf_append(sb, fitted.data);
  int room = columns - text_width(fitted.data) - (int)strlen(via);
  if (room < LEAST_VIA)
    return;
  strbuf_append(sb, via);
  fit_name(sb, tail + strlen(via), room);
}
