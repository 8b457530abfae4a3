"""Patterns of the rule large: large blocks that are mapped anew."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("large_scratch", "c", 40,
      "FAR static void sort(void) { char *p = malloc(40 << 20); for (long k = 0; k < 40 << 20; k += 4096) p[k] = 1; KEEP(p); free(p); }\n"
      "static void step(long i) { sort(); }",
      "static char *scratch;\nFAR static void sort(void) { if (!scratch) scratch = malloc(40 << 20); for (long k = 0; k < 40 << 20; k += 4096) scratch[k] = 1; KEEP(scratch); }\n"
      "static void step(long i) { sort(); }", "large", ("sort",)),
    P("large_threshold", "c", 2000,
      "FAR static void frame(void) { char *p = malloc(1 << 20); for (long k = 0; k < 1 << 20; k += 4096) p[k] = 1; KEEP(p); free(p); }\n"
      "static void step(long i) { if (!i) mallopt(M_MMAP_THRESHOLD, 128 << 10); frame(); }",
      "static char *kept;\nFAR static void frame(void) { if (!kept) kept = malloc(1 << 20); for (long k = 0; k < 1 << 20; k += 4096) kept[k] = 1; KEEP(kept); }\n"
      "static void step(long i) { if (!i) mallopt(M_MMAP_THRESHOLD, 128 << 10); frame(); }", "large", ("frame",)),
    P("large_vector", "cpp", 40,
      "FAR static void blur(long i) { std::vector<char> v(48 << 20); v[i] = 1; KEEP(v.data()); }\n"
      "static void step(long i) { blur(i); }",
      "static std::vector<char> v;\nFAR static void blur(long i) { v.resize(48 << 20); v[i] = 1; KEEP(v.data()); }\n"
      "static void step(long i) { blur(i); }", "large", ("blur",)),
]
