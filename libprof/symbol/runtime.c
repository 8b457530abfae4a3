#include "symbol/runtime.h"

#include <stddef.h>
#include <string.h>

enum { CPYTHON, V8, JVM, GCC, GO, RUNTIMES };
static const struct runtime runtimes[RUNTIMES] = {
    [CPYTHON] = {"CPython", "small objects come from pages of its own",
                 "run it with PYTHONMALLOC=malloc"},
    [V8] = {"V8", "JavaScript's objects are in mappings of its own",
            "use node --heap-prof for the JavaScript side"},
    [JVM] = {"the JVM", "Java's objects are in mappings of its own",
             "use jcmd or a Java profiler for the Java side"},
    [GCC] = {"GCC", "its garbage-collected heap is in mappings of its own", ""},
    [GO] = {"Go", "its objects are in mappings of its own",
            "use runtime/pprof for the Go side; memprof sees what cgo takes from malloc"},
};

struct sign {
  const char *begin;
  int runtime;
};

static const struct runtime *find_sign(const struct sign *signs, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (!strncmp(name, signs[i].begin, strlen(signs[i].begin)))
      return &runtimes[signs[i].runtime];
  return NULL;
}

/* gcc's compilers proper; gcc and g++ only start them. */
const struct runtime *runtime_of_file(const char *name) {
  static const char *const names[] = {"cc1", "cc1plus", "cc1obj", "f951", "gnat1", "lto1"};
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (!strcmp(name, names[i]))
      return &runtimes[GCC];
  return NULL;
}

const struct runtime *runtime_of_library(const char *name) {
  static const struct sign signs[] = {
      {"libpython", CPYTHON}, {"libnode.", V8}, {"libv8", V8}, {"libjvm.", JVM}, {"libjli.", JVM}};
  return find_sign(signs, sizeof(signs) / sizeof(*signs), name);
}

/* v8::Isolate's functions, whatever their arguments. */
const struct runtime *runtime_of_function(const char *name) {
  static const struct sign signs[] = {
      {"Py_BytesMain", CPYTHON}, {"_ZN2v87Isolate", V8}, {"JNI_CreateJavaVM", JVM}};
  return find_sign(signs, sizeof(signs) / sizeof(*signs), name);
}

const struct runtime *runtime_of_go(void) {
  return &runtimes[GO];
}
