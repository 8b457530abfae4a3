"""Patterns of the rule batch: objects that are born and die together."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("batch_list", "c", 40,
      "struct node { struct node *next; long v; };\n"
      "FAR static void build(struct node **l) { for (int k = 0; k < 100000; k++) { struct node *n = malloc(24); n->next = *l; *l = n; } }\n"
      "FAR static void drop(struct node *l) { while (l) { struct node *n = l->next; free(l); l = n; } }\n"
      "static void step(long i) { struct node *l = NULL; build(&l); KEEP(l); drop(l); }",
      "FAR static char *build(void) { char *a = malloc(2400000); memset(a, 1, 2400000); KEEP(a); return a; }\n"
      "static void step(long i) { char *a = build(); KEEP(a); free(a); }", "batch", ("build",),
      also=("peak",), fixed_also=("stack", "reuse", "large", "peak"), saving=False),
    P("batch_tree", "c", 40,
      "struct tree { struct tree *l, *r; long v[3]; };\n"
      "FAR static struct tree *plant(int depth) { if (!depth) return NULL; struct tree *t = malloc(40); t->l = plant(depth - 1); t->r = plant(depth - 1); return t; }\n"
      "FAR static void fell(struct tree *t) { if (!t) return; fell(t->l); fell(t->r); free(t); }\n"
      "static void step(long i) { struct tree *t = plant(17); KEEP(t); fell(t); }",
      "FAR static char *plant(void) { char *a = malloc(131072 * 40); memset(a, 1, 131072 * 40); return a; }\n"
      "static void step(long i) { char *a = plant(); KEEP(a); free(a); }", "batch", ("plant",),
      also=("peak",), fixed_also=("stack", "reuse", "large", "peak"), saving=False),
    P("batch_set", "cpp", 20,
      "FAR static void index_all(std::set<int> &s) { for (int k = 0; k < 100000; k++) s.insert(k); }\n"
      "static void step(long i) { std::set<int> s; index_all(s); KEEP(&s); }",
      "FAR static void index_all(std::vector<int> &s) { for (int k = 0; k < 100000; k++) s.push_back(k); }\n"
      "static void step(long i) { std::vector<int> s; s.reserve(100000); index_all(s); KEEP(s.data()); }", "batch", ("index_all",),
      also=("peak",), fixed_also=("stack", "reuse", "large", "peak"), saving=False),
    P("batch_rust", "rust", 40,
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn build() -> Vec<Box<[u64; 5]>> { let mut v = Vec::with_capacity(100000); for k in 0..100000u64 { v.push(Box::new([k; 5])); } v }\n"
      "impl State { fn step(&mut self, i: usize) { let v = build(); black_box(&v); } }",
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn build() -> Vec<[u64; 5]> { let mut v = Vec::with_capacity(100000); for k in 0..100000u64 { v.push([k; 5]); } v }\n"
      "impl State { fn step(&mut self, i: usize) { let v = build(); black_box(&v); } }", "batch", ("build",),
      also=("peak", "large"), fixed_also=("stack", "reuse", "large", "peak"), saving=False),
]
