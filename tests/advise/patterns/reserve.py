"""Patterns of the rule reserve: growth by copies."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("reserve_realloc", "c", 60_000,
      "FAR static void collect(void) { char *p = NULL; for (size_t n = 16; n <= 65536; n *= 2) { p = realloc(p, n); p[n - 1] = 1; noise(); } KEEP(p); free(p); }\n"
      "static void step(long i) { collect(); }",
      "FAR static void collect(void) { char *p = malloc(65536); for (size_t n = 16; n <= 65536; n *= 2) { p[n - 1] = 1; noise(); } KEEP(p); free(p); }\n"
      "static void step(long i) { collect(); }", "reserve", ("collect",), fixed_also=("stack", "reuse")),
    P("reserve_step", "c", 30_000,
      "FAR static void append(void) { char *p = NULL; for (size_t n = 256; n <= 8192; n += 256) { p = realloc(p, n); p[n - 1] = 1; noise(); } KEEP(p); free(p); }\n"
      "static void step(long i) { append(); }",
      "FAR static void append(void) { char *p = malloc(8192); for (size_t n = 256; n <= 8192; n += 256) { p[n - 1] = 1; noise(); } KEEP(p); free(p); }\n"
      "static void step(long i) { append(); }", "reserve", ("append",), fixed_also=("stack", "reuse")),
    P("reserve_by_hand", "c", 100_000,
      "struct buf { char *p; size_t n, room; };\n"
      "FAR static void grow(struct buf *b) { size_t room = b->room ? 2 * b->room : 16; char *q = malloc(room); if (b->n) memcpy(q, b->p, b->n); free(b->p); b->p = q; b->room = room; }\n"
      "FAR static void put(struct buf *b, char c) { if (b->n == b->room) grow(b); b->p[b->n++] = c; }\n"
      "static void step(long i) { struct buf b = {0}; for (int k = 0; k < 1500; k++) put(&b, (char)k); KEEP(b.p); free(b.p); noise(); }",
      "struct buf { char *p; size_t n, room; };\n"
      "FAR static void put(struct buf *b, char c) { b->p[b->n++] = c; }\n"
      "FAR static void make(struct buf *b) { b->p = malloc(2048); }\n"
      "static void step(long i) { struct buf b = {0}; make(&b); for (int k = 0; k < 1500; k++) put(&b, (char)k); KEEP(b.p); free(b.p); noise(); }",
      "reserve", ("grow", "put"), fixed_also=("stack", "reuse")),
    P("reserve_vector", "cpp", 100_000,
      "FAR static void gather(long i) { std::vector<long> v; for (long k = 0; k < 500; k++) v.push_back(k ^ i); KEEP(v.data()); }\n"
      "static void step(long i) { gather(i); }",
      "FAR static void gather(long i) { std::vector<long> v; v.reserve(500); for (long k = 0; k < 500; k++) v.push_back(k ^ i); KEEP(v.data()); }\n"
      "static void step(long i) { gather(i); }", "reserve", ("gather",), fixed_also=("stack", "reuse")),
    P("reserve_string", "cpp", 100_000,
      "FAR static void join(long i) { std::string s; for (long k = 0; k < 100; k++) s += \"0123456789\"; KEEP(s.data()); }\n"
      "static void step(long i) { join(i); }",
      "FAR static void join(long i) { std::string s; s.reserve(1000); for (long k = 0; k < 100; k++) s += \"0123456789\"; KEEP(s.data()); }\n"
      "static void step(long i) { join(i); }", "reserve", ("join",), fixed_also=("stack", "reuse")),
    P("reserve_rust", "rust", 100_000,
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn gather(i: usize) { let mut v = Vec::new(); for k in 0..500usize { v.push(black_box(k ^ i)); } black_box(&v); }\n"
      "impl State { fn step(&mut self, i: usize) { gather(i); } }",
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn gather(i: usize) { let mut v = Vec::with_capacity(512); for k in 0..500usize { v.push(black_box(k ^ i)); } black_box(&v); }\n"
      "impl State { fn step(&mut self, i: usize) { gather(i); } }", "reserve", ("gather",), fixed_also=("stack", "reuse")),
]
