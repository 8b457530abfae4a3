"""Patterns of the rule reuse: buffers that are allocated each time."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("reuse_static", "c", 4_000_000,
      "static char *line;\nFAR static void read_line(long i) { free(line); line = malloc(600); line[i % 600] = 1; KEEP(line); }\n"
      "static void step(long i) { read_line(i); noise(); }",
      "static char line[600];\nFAR static void read_line(long i) { line[i % 600] = 1; KEEP(line); }\n"
      "static void step(long i) { read_line(i); noise(); }", "reuse", ("read_line",)),
    P("reuse_after", "c", 4_000_000,
      "static char *page;\nFAR static void turn(long i) { char *p = malloc(900 + i % 100); p[i % 900] = 1; KEEP(p); noise(); free(page); page = p; }\n"
      "static void step(long i) { turn(i); }",
      "static char page[1000];\nFAR static void turn(long i) { page[i % 900] = 1; KEEP(page); noise(); }\n"
      "static void step(long i) { turn(i); }", "reuse", ("turn",)),
    P("reuse_ring", "c", 4_000_000,
      "static char *ring[4];\nFAR static void post(long i) { free(ring[i & 3]); ring[i & 3] = malloc(512); KEEP(ring[i & 3]); }\n"
      "static void step(long i) { post(i); noise(); }",
      "static char ring[4][512];\nFAR static void post(long i) { KEEP(ring[i & 3]); }\n"
      "static void step(long i) { post(i); noise(); }", "reuse", ("post",)),
    P("reuse_member", "cpp", 4_000_000,
      "struct Reader { std::unique_ptr<char[]> buffer; FAR void fill(long i) { buffer.reset(new char[700]); buffer[i % 700] = 1; KEEP(buffer.get()); } };\n"
      "static Reader reader;\nstatic void step(long i) { reader.fill(i); noise(); }",
      "struct Reader { char buffer[700]; FAR void fill(long i) { buffer[i % 700] = 1; KEEP(buffer); } };\n"
      "static Reader reader;\nstatic void step(long i) { reader.fill(i); noise(); }", "reuse", ("Reader::fill",)),
    P("reuse_rust", "rust", 4_000_000,
      "#[derive(Default)] struct State { buffer: Option<Box<[u8]>> }\n"
      "impl State { #[inline(never)] fn refill(&mut self, i: usize) { self.buffer = None; black_box(i); self.buffer = Some(vec![1u8; 800].into_boxed_slice()); black_box(&self.buffer); }\n"
      "fn step(&mut self, i: usize) { self.refill(i); } }",
      "#[derive(Default)] struct State { buffer: Option<Box<[u8]>> }\n"
      "impl State { #[inline(never)] fn refill(&mut self, i: usize) { if self.buffer.is_none() { self.buffer = Some(vec![1u8; 800].into_boxed_slice()); } black_box(&self.buffer); }\n"
      "fn step(&mut self, i: usize) { self.refill(i); } }", "reuse", ("State::refill", "refill")),
]
