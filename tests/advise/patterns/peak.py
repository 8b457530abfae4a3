"""Patterns of the rule peak: peaks that stand for a moment."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("peak_load", "c", 100,
      "FAR static void load(void) { char *p = malloc(20 << 20); memset(p, 1, 20 << 20); KEEP(p); spin(0.03); free(p); }\n"
      "static void step(long i) { if (i == 30 || i == 60) load(); spin(0.01); }",
      "FAR static void load(void) { char *p = malloc(1 << 14); for (int k = 0; k < 1280; k++) memset(p, 1, 1 << 14); KEEP(p); spin(0.03); free(p); }\n"
      "static void step(long i) { if (i == 30 || i == 60) load(); spin(0.01); }", "peak", ("load",), also=("large",), fixed_also=("peak",), measure="peak"),
    P("peak_parse", "cpp", 100,
      "FAR static void parse_all(void) { std::vector<std::vector<char>> v; for (int k = 0; k < 100; k++) v.emplace_back(100000, 'x'); spin(0.03); }\n"
      "static void step(long i) { if (i == 20 || i == 70) parse_all(); spin(0.01); }",
      "FAR static void parse_all(void) { for (int k = 0; k < 100; k++) { char b[1000]; memset(b, 1, 1000); KEEP(b); } spin(0.03); }\n"
      "static void step(long i) { if (i == 20 || i == 70) parse_all(); spin(0.01); }", "peak", ("parse_all",), also=("reserve",), measure="peak"),
    P("peak_rust", "rust", 100,
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn import() { let v = vec![1u8; 16 << 20]; black_box(&v); std::thread::sleep(std::time::Duration::from_millis(30)); }\n"
      "impl State { fn step(&mut self, i: usize) { if i == 30 || i == 60 { import(); } std::thread::sleep(std::time::Duration::from_millis(10)); } }",
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn import() { let v = [1u8; 4096]; black_box(&v); std::thread::sleep(std::time::Duration::from_millis(30)); }\n"
      "impl State { fn step(&mut self, i: usize) { if i == 30 || i == 60 { import(); } std::thread::sleep(std::time::Duration::from_millis(10)); } }", "peak", ("import",), also=("large",), measure="peak"),
]
FINE = [
    P("fine_once", "c", 1000,
      "static char *big;\nFAR static void open_it(void) { big = malloc(64 << 20); memset(big, 1, 64 << 20); }\nstatic void step(long i) { if (!i) open_it(); spin(0.001); }"),
]
