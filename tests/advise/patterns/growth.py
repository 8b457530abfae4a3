"""Patterns of the rule growth: memory that only grows."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("growth_list", "c", 1000,
      "struct event { struct event *next; char text[1000]; };\nstatic struct event *events;\n"
      "FAR static void log_event(void) { struct event *e = malloc(sizeof(*e)); memset(e, 1, sizeof(*e)); e->next = events; events = e; }\n"
      "static void step(long i) { log_event(); spin(0.001); }",
      "struct event { struct event *next; char text[1000]; };\nstatic struct event *ring[64];\n"
      "FAR static void log_event(long i) { struct event *e = malloc(sizeof(*e)); memset(e, 1, sizeof(*e)); free(ring[i & 63]); ring[i & 63] = e; }\n"
      "static void step(long i) { log_event(i); spin(0.001); }", "growth", ("log_event",), measure="peak"),
    P("growth_cache", "cpp", 1000,
      "static std::unordered_map<long, std::string> cache;\n"
      "FAR static void remember(long i) { cache[i] = std::string(800, 'x'); }\n"
      "static void step(long i) { remember(i); spin(0.001); }",
      "static std::unordered_map<long, std::string> cache;\n"
      "FAR static void remember(long i) { cache[i] = std::string(800, 'x'); if (cache.size() > 50) cache.erase(i - 50); }\n"
      "static void step(long i) { remember(i); spin(0.001); }", "growth", ("remember",), measure="peak"),
    P("growth_rust", "rust", 1000,
      "#[derive(Default)] struct State { seen: Vec<Box<[u8]>> }\n"
      "impl State { #[inline(never)] fn note(&mut self, i: usize) { self.seen.push(vec![1u8; 900].into_boxed_slice()); }\n"
      "fn step(&mut self, i: usize) { self.note(i); std::thread::sleep(std::time::Duration::from_millis(1)); } }",
      "#[derive(Default)] struct State { seen: std::collections::VecDeque<Box<[u8]>> }\n"
      "impl State { #[inline(never)] fn note(&mut self, i: usize) { self.seen.push_back(vec![1u8; 900].into_boxed_slice()); if self.seen.len() > 50 { self.seen.pop_front(); } }\n"
      "fn step(&mut self, i: usize) { self.note(i); std::thread::sleep(std::time::Duration::from_millis(1)); } }", "growth", ("State::note", "note"), measure="peak"),
]
FINE = [
    # A batch that is collected and written out, again and again.
    P("fine_growth_sawtooth", "c", 1000,
      "static void *row[200]; static int n;\nFAR static void collect(void) { row[n] = malloc(4000); memset(row[n++], 1, 4000); if (n == 200) while (n) free(row[--n]); }\nstatic void step(long i) { collect(); spin(0.001); }"),
    # A cache that takes two thirds of a short run to be full.
    P("fine_growth_filled", "cpp", 300,
      "static std::unordered_map<long, std::string> cache;\nFAR static void remember(long i) { cache[i % 200] = std::string(4000, 'x'); }\nstatic void step(long i) { if (i < 200) remember(i); spin(0.003); }"),
    P("fine_table", "c", 1000,
      "static void *table[20000];\nFAR static void load(void) { for (int k = 0; k < 20000; k++) { table[k] = malloc(104); KEEP(table[k]); } }\nstatic void step(long i) { if (!i) load(); spin(0.001); }"),
    P("fine_plateau", "cpp", 1000,
      "static std::map<long, long> m;\nFAR static void warm(long i) { if (i < 200) for (int k = 0; k < 50; k++) m[i * 50 + k] = k; }\nstatic void step(long i) { warm(i); spin(0.001); }"),
]
