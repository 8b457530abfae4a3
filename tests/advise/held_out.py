"""Patterns that were written after the rules and their thresholds, and that no threshold was set by."""

from patterns.program import Pattern

PATTERNS = [
    Pattern("held_stack_asprintf", "c", 1_500_000,
            "FAR static int measure(long i) { char *s = NULL; int n = asprintf(&s, \"%ld-%ld\", i, i * 7); KEEP(s); free(s); return n; }\n"
            "static long sum; static void step(long i) { sum += measure(i); }",
            "FAR static int measure(long i) { char s[64]; int n = sprintf(s, \"%ld-%ld\", i, i * 7); KEEP(s); return n; }\n"
            "static long sum; static void step(long i) { sum += measure(i); }", "stack", ("measure",)),
    Pattern("held_stack_map", "cpp", 400_000,
            "FAR static long count(long i) { std::unique_ptr<long[]> seen(new long[64]()); for (int k = 0; k < 20; k++) seen[(i * k) & 63]++; KEEP(seen.get()); return seen[3]; }\n"
            "static long sum; static void step(long i) { sum += count(i); noise(); }",
            "FAR static long count(long i) { long seen[64] = {0}; for (int k = 0; k < 20; k++) seen[(i * k) & 63]++; KEEP(seen); return seen[3]; }\n"
            "static long sum; static void step(long i) { sum += count(i); noise(); }", "stack", ("count",)),
    Pattern("held_reuse_packet", "c", 3_000_000,
            "struct packet { char *data; long n; };\nstatic struct packet current;\n"
            "FAR static void receive(struct packet *p, long i) { free(p->data); p->n = 200 + i % 300; p->data = malloc(p->n); KEEP(p->data); }\n"
            "static void step(long i) { receive(&current, i); noise(); noise(); }",
            "struct packet { char data[500]; long n; };\nstatic struct packet current;\n"
            "FAR static void receive(struct packet *p, long i) { p->n = 200 + i % 300; KEEP(p->data); }\n"
            "static void step(long i) { receive(&current, i); noise(); noise(); }", "reuse", ("receive",)),
    Pattern("held_reuse_shared", "cpp", 2_000_000,
            "struct Frame { char pixels[300]; };\nstatic std::shared_ptr<Frame> last;\n"
            "FAR static void capture(long i) { last = std::make_shared<Frame>(); last->pixels[i % 300] = 1; KEEP(last.get()); }\n"
            "static void step(long i) { capture(i); noise(); }",
            "struct Frame { char pixels[300]; };\nstatic Frame last;\n"
            "FAR static void capture(long i) { last.pixels[i % 300] = 1; KEEP(&last); }\n"
            "static void step(long i) { capture(i); noise(); }", "reuse", ("capture",)),
    Pattern("held_reserve_text", "cpp", 60_000,
            "FAR static void dump(long i) { std::string out; for (long k = 0; k < 200; k++) { out.push_back('a' + k % 26); out.append(std::to_string(k % 10)); } KEEP(out.data()); }\n"
            "static void step(long i) { dump(i); }",
            "FAR static void dump(long i) { std::string out; out.reserve(512); for (long k = 0; k < 200; k++) { out.push_back('a' + k % 26); out.append(std::to_string(k % 10)); } KEEP(out.data()); }\n"
            "static void step(long i) { dump(i); }", "reserve", ("dump",), fixed_also=("stack", "reuse")),
    Pattern("held_reserve_rust_string", "rust", 60_000,
            "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn dump(i: usize) { let mut s = String::new(); for k in 0..300 { s.push(black_box('x')); } black_box(&s); }\n"
            "impl State { fn step(&mut self, i: usize) { dump(i); } }",
            "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn dump(i: usize) { let mut s = String::with_capacity(512); for k in 0..300 { s.push(black_box('x')); } black_box(&s); }\n"
            "impl State { fn step(&mut self, i: usize) { dump(i); } }", "reserve", ("dump",), fixed_also=("stack", "reuse")),
    Pattern("held_batch_map", "cpp", 10,
            "FAR static void tally(std::map<long, long> &m) { for (long k = 0; k < 100000; k++) m[k * 7] = k; }\n"
            "static void step(long i) { std::map<long, long> m; tally(m); KEEP(&m); }",
            "FAR static void tally(std::vector<long> &m) { for (long k = 0; k < 100000; k++) m[k] = k; }\n"
            "static void step(long i) { std::vector<long> m(100000); tally(m); KEEP(m.data()); }", "batch", ("tally",),
            also=("peak",), fixed_also=("stack", "reuse", "peak", "large"), saving=False),
    Pattern("held_growth_listeners", "cpp", 1000,
            "struct Listener { char state[600]; };\nstatic std::vector<Listener *> listeners;\n"
            "FAR static void subscribe(long i) { Listener *l = new Listener; memset(l, (int)i, sizeof(*l)); listeners.push_back(l); }\n"
            "static void step(long i) { subscribe(i); spin(0.001); }",
            "struct Listener { char state[600]; };\nstatic std::vector<Listener *> listeners;\n"
            "FAR static void subscribe(long i) { Listener *l = new Listener; memset(l, (int)i, sizeof(*l)); listeners.push_back(l); if (listeners.size() > 20) { delete listeners[0]; listeners.erase(listeners.begin()); } }\n"
            "static void step(long i) { subscribe(i); spin(0.001); }", "growth", ("subscribe",), saving=False),
    Pattern("held_large_read", "c", 30,
            "FAR static void read_file(long i) { char *p = calloc(1, 36 << 20); for (long k = 0; k < 36 << 20; k += 4096) p[k] = (char)i; KEEP(p); free(p); }\n"
            "static void step(long i) { read_file(i); }",
            "static char *p;\nFAR static void read_file(long i) { if (!p) p = malloc(36 << 20); for (long k = 0; k < 36 << 20; k += 4096) p[k] = (char)i; KEEP(p); }\n"
            "static void step(long i) { read_file(i); }", "large", ("read_file",)),
    Pattern("held_fine_stack_of_states", "c", 400_000,
            "struct state { struct state *up; long v[10]; };\nstatic struct state *top; static int depth;\n"
            "FAR static void push(void) { struct state *s = malloc(sizeof(*s)); s->up = top; top = s; depth++; }\n"
            "FAR static void pop(void) { struct state *s = top; top = s->up; depth--; free(s); }\n"
            "static void step(long i) { noise_state++; noise(); if (noise_state >> 40 & 1 && depth < 5000) push(); else if (depth) pop(); }"),
    Pattern("held_fine_session", "cpp", 300_000,
            "static std::unordered_map<long, std::string> sessions;\n"
            "FAR static void touch(long i) { noise(); long id = (long)(noise_state >> 30 & 8191); sessions[id] = std::string(64 + id % 100, 's'); }\n"
            "static void step(long i) { touch(i); }"),
]
