/* Errors as values.
 *
 * A function that can fail returns `struct error *`: NULL is success, anything else is owned by the
 * caller and says in one line what is wrong, where (file, offset, option) and what to do next. On
 * failure no output parameter is touched. Libraries never print or exit; the command does both. */
#pragma once

enum error_code {
  ERROR_OTHER,     /* anything not below */
  ERROR_BAD_INPUT, /* a file or an argument is not what it should be: exit status 2 */
  ERROR_SYSTEM,    /* a system call failed: see err_no */
  ERROR_NO_MEMORY, /* always the one static error error_no_memory */
  ERROR_CANNOT,    /* the machine or the target forbids it: exit status 3 */
};

struct error {
  enum error_code code;
  int err_no;    /* ERROR_SYSTEM only */
  char *message; /* one line, no newline at its end; may hold bytes of untrusted input */
};

/* Returned when memory is exhausted; error_destroy leaves it alone. */
extern struct error error_no_memory;

/* A new error with a formatted message. Never NULL. */
struct error *error_create(enum error_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* ERROR_SYSTEM for errno value `err_no`; ": strerror" is appended to the message. */
struct error *error_system(int err_no, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* Puts "what: " before the message of err and returns err; the code stays. For adding the file's
 * name. */
struct error *error_prefix(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull, nonnull(1)));

/* Frees err; NULL is fine. */
void error_destroy(struct error *err);

static inline void cleanup_error(struct error **err) {
  error_destroy(*err);
}
#define _cleanup_error_ __attribute__((cleanup(cleanup_error)))
