"""Patterns of the rule stack: objects that never outlive their call."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("stack_buffer", "c", 4_000_000,
      "FAR static void render(long i) { char *b = malloc(256); sprintf(b, \"%ld\", i); KEEP(b); free(b); }\n"
      "static void step(long i) { render(i); }",
      "FAR static void render(long i) { char b[256]; sprintf(b, \"%ld\", i); KEEP(b); }\n"
      "static void step(long i) { render(i); }", "stack", ("render",)),
    P("stack_helper", "c", 4_000_000,
      "FAR static char *copy_key(const char *s) { return strdup(s); }\n"
      "FAR static void look_up(long i) { char k[32]; sprintf(k, \"key%ld\", i); char *c = copy_key(k); KEEP(c); free(c); }\n"
      "static void step(long i) { look_up(i); }",
      "FAR static void look_up(long i) { char k[32]; sprintf(k, \"key%ld\", i); KEEP(k); }\n"
      "static void step(long i) { look_up(i); }", "stack", ("copy_key", "look_up")),
    P("stack_inner", "c", 1_500_000,
      "FAR static void inner(void) { for (int k = 0; k < 3; k++) noise(); }\n"
      "FAR static void parse(long i) { int *t = malloc(40 * sizeof(int)); t[i % 40] = 1; inner(); KEEP(t); free(t); }\n"
      "static void step(long i) { parse(i); noise(); }",
      "FAR static void inner(void) { for (int k = 0; k < 3; k++) noise(); }\n"
      "FAR static void parse(long i) { int t[40]; t[i % 40] = 1; inner(); KEEP(t); }\n"
      "static void step(long i) { parse(i); noise(); }", "stack", ("parse",)),
    P("stack_string", "cpp", 4_000_000,
      "FAR static void format(long i) { std::string s(40 + i % 8, 'x'); KEEP(s.data()); }\n"
      "static void step(long i) { format(i); }",
      "FAR static void format(long i) { char s[48]; memset(s, 'x', 40 + i % 8); KEEP(s); }\n"
      "static void step(long i) { format(i); }", "stack", ("format",)),
    P("stack_vector", "cpp", 4_000_000,
      "FAR static void window(long i) { std::vector<int> v(50); v[i % 50] = 1; KEEP(v.data()); }\n"
      "static void step(long i) { window(i); }",
      "FAR static void window(long i) { int v[50] = {0}; v[i % 50] = 1; KEEP(v); }\n"
      "static void step(long i) { window(i); }", "stack", ("window",)),
    P("stack_rust", "rust", 4_000_000,
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn digest(i: usize) { let v = vec![i as u8; 200]; black_box(&v); }\n"
      "impl State { fn step(&mut self, i: usize) { digest(i); } }",
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn digest(i: usize) { let v = [i as u8; 200]; black_box(&v); }\n"
      "impl State { fn step(&mut self, i: usize) { digest(i); } }", "stack", ("digest",)),
    # Sizes like steps of growth, freed by the function that allocates them after it has allocated others.
    P("stack_sizes", "c", 2_000_000,
      "FAR static void answer(long i) { char *b = malloc(24 << (i & 3)); b[0] = (char)i; noise(); free(b); KEEP(b); }\nstatic void step(long i) { answer(i); }",
      "FAR static void answer(long i) { char b[192]; b[0] = (char)i; noise(); KEEP(b); }\nstatic void step(long i) { answer(i); }", "stack", ("answer",)),
]
