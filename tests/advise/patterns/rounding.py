"""Patterns of the rule rounding: sizes just above what malloc rounds to."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("rounding_41", "c", 400_000,
      "static void *kept[400000];\nFAR static void make(long i) { if (i < 400000) { kept[i] = malloc(41); KEEP(kept[i]); } }\n"
      "static void step(long i) { make(i); if (i == 399999) spin(1); }",
      "static void *kept[400000];\nFAR static void make(long i) { if (i < 400000) { kept[i] = malloc(40); KEEP(kept[i]); } }\n"
      "static void step(long i) { make(i); if (i == 399999) spin(1); }", "rounding", ("make",), saving=False),
    P("rounding_26", "c", 400_000,
      "static void *kept[400000];\nFAR static void make(long i) { if (i < 400000) { kept[i] = calloc(1, 26); KEEP(kept[i]); } }\n"
      "static void step(long i) { make(i); if (i == 399999) spin(1); }",
      "static void *kept[400000];\nFAR static void make(long i) { if (i < 400000) { kept[i] = calloc(1, 24); KEEP(kept[i]); } }\n"
      "static void step(long i) { make(i); if (i == 399999) spin(1); }", "rounding", ("make",), saving=False),
    P("rounding_struct", "cpp", 400_000,
      "struct __attribute__((packed)) Item { long a[7]; char flag; };\nstatic Item *kept[400000];\n"
      "FAR static void make(long i) { if (i < 400000) { kept[i] = new Item; KEEP(kept[i]); } }\n"
      "static void step(long i) { make(i); if (i == 399999) spin(1); }",
      "struct Item { long a[7]; };\nstatic Item *kept[400000];\n"
      "FAR static void make(long i) { if (i < 400000) { kept[i] = new Item; KEEP(kept[i]); } }\n"
      "static void step(long i) { make(i); if (i == 399999) spin(1); }", "rounding", ("make",), saving=False),
]
