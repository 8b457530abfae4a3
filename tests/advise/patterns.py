"""The labelled set: small programs, each with a pattern that a rule of `memprof advise` is for, in
its fixed version, too, and look-alikes that are fine.

Every program takes the number of rounds and does the same work in each, beside ordinary allocations
of other kinds (`noise`). `expect` names the rule and the functions that the item may name; `also`
lists rules that are right for the program as well, whatever function they name.
"""

from dataclasses import dataclass, field

C_HEAD = r"""
#include <pthread.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")
#define FAR __attribute__((noinline))
/* Blocks of several sizes whose lives have no order. */
static void *noise_block[512];
static unsigned long noise_state = 1;
FAR static void noise(void) {
  noise_state = noise_state * 6364136223846793005ul + 1442695040888963407ul;
  unsigned i = noise_state >> 33 & 511;
  free(noise_block[i]);
  noise_block[i] = malloc(16 + (noise_state >> 45 & 127));
  KEEP(noise_block[i]);
}
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
/* Work that allocates nothing. */
FAR static void spin(double seconds) {
  for (double end = now() + seconds; now() < end;)
    ;
}
"""
C_MAIN = r"""
int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
  for (long i = 0; i < rounds; i++) {
    noise();
    step(i);
  }
  finish();
  return 0;
}
"""
CPP_HEAD = C_HEAD + r"""
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>
"""
RUST_HEAD = r"""
#![allow(dead_code, unused)]
use std::hint::black_box;
"""
RUST_MAIN = r"""
fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(ROUNDS, |s| s.parse().unwrap());
    let mut state = State::default();
    let mut noise: Vec<Option<Box<[u8]>>> = (0..512).map(|_| None).collect();
    let mut x: u64 = 1;
    for i in 0..rounds {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        noise[(x >> 33 & 511) as usize] =
            Some(black_box(vec![0u8; 16 + (x >> 45 & 127) as usize].into_boxed_slice()));
        state.step(i);
    }
    black_box(&state);
}
"""


def one_statement_a_line(code):
    """Items are by line, as programs are written."""
    out, depth, quoted = [], 0, False
    for c in code:
        quoted ^= c == '"'
        depth += (c == "(") - (c == ")")
        out.append(c)
        if c in ";{" and not depth and not quoted:
            out.append("\n")
    return "".join(out)


@dataclass
class Pattern:
    name: str
    lang: str  # c, cpp, rust
    rounds: int  # so many take about a second
    code: str
    fixed: str = ""  # the code after the change; empty for look-alikes
    rule: str = ""
    functions: tuple = ()
    also: tuple = ()
    fixed_also: tuple = ()
    saving: bool = True  # the fixed version's allocations are compared with what was predicted
    fixed_env: dict = field(default_factory=dict)  # the change is not in the code but in the environment

    once: bool = False  # what is found is one item

    @property
    def has_fixed(self):
        return bool(self.fixed or self.fixed_env)

    def source(self, fixed):
        body = one_statement_a_line(self.fixed or self.code if fixed else self.code)
        if self.lang == "rust":
            return RUST_HEAD + body + RUST_MAIN.replace("ROUNDS", str(self.rounds))
        head = C_HEAD if self.lang == "c" else CPP_HEAD
        if "void finish(" not in body:
            body += "\nstatic void finish(void) {}\n"
        return head + body + C_MAIN.replace("ROUNDS", str(self.rounds))


# Keeps one object a round; its type stands before it.
KEPT = ("FAR static void make(long i) { if (i < 400000) { auto p = %s; kept[i] = p; KEEP(p); } }\n"
        "static void step(long i) { make(i); if (i == 399999) spin(1); }")
PACK_LIST = "struct item *kept[400000];\n" + KEPT.replace("auto", "struct item *") % "malloc(sizeof(struct item))"
PACK_CLASS = ("public: Shape(long i) : filled(i & 1), area(i), layer(i), id(i), dirty(false) { KEEP(this); } };\n"
              "static Shape *kept[400000];\n" + KEPT % "new Shape(i)")
PACK_VECTOR = ("static std::vector<Row> rows;\nFAR static void make(long i) { if (!i) rows.reserve(400000); if (i < 400000) rows.push_back(Row()); KEEP(rows.data()); }\n"
               "static void step(long i) { make(i); if (i == 399999) spin(1); }")
PACK_SLAB = ("static struct cell *kept[6250];\nFAR static void make(long i) { if (i % 64 == 0 && i < 400000) { struct cell *c = calloc(64, sizeof(*c)); c->x = 1; kept[i / 64] = c; KEEP(c); } }\n"
             "static void step(long i) { make(i); if (i == 399999) spin(1); }")


def kept_of(name, lang, declaration, type_name, call="malloc(sizeof(%s))"):
    """400,000 objects of 40 bytes, which fill what malloc gives, of a type that must be left as it is."""
    new = call % type_name
    return Pattern(name, lang, 400_000, f"{declaration}\n{type_name} *kept[400000];\n" + KEPT.replace("auto", type_name + " *") % new)


P = Pattern
PATTERNS = [
    # -- stack --
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
    # -- reuse --
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
    # -- reserve --
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
    # -- batch --
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
    # -- rounding --
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
    # -- pack --
    P("pack_list", "c", 400_000,
      "struct item { char kind; double value; char flag; struct item *next; short level; };\n" + PACK_LIST,
      "struct item { double value; struct item *next; short level; char kind, flag; };\n" + PACK_LIST, "pack", ("make",)),
    P("pack_class", "cpp", 400_000,
      "class Shape { bool filled; double area; int layer; long id; bool dirty;\n" + PACK_CLASS,
      "class Shape { double area; long id; int layer; bool filled; bool dirty;\n" + PACK_CLASS, "pack", ("make",)),
    P("pack_vector", "cpp", 400_000,
      "struct Row { char a; long b; char c; long d; };\n" + PACK_VECTOR,
      "struct Row { long b, d; char a, c; };\n" + PACK_VECTOR, "pack", ("make",)),
    P("pack_slab", "c", 400_000,
      "struct cell { int x; void *left; int y; void *right; };\n" + PACK_SLAB,
      "struct cell { void *left, *right; int x, y; };\n" + PACK_SLAB, "pack", ("make",)),
    # -- large --
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
    # -- growth --
    P("growth_list", "c", 1000,
      "struct event { struct event *next; char text[1000]; };\nstatic struct event *events;\n"
      "FAR static void log_event(void) { struct event *e = malloc(sizeof(*e)); memset(e, 1, sizeof(*e)); e->next = events; events = e; }\n"
      "static void step(long i) { log_event(); spin(0.001); }",
      "struct event { struct event *next; char text[1000]; };\nstatic struct event *ring[64];\n"
      "FAR static void log_event(long i) { struct event *e = malloc(sizeof(*e)); memset(e, 1, sizeof(*e)); free(ring[i & 63]); ring[i & 63] = e; }\n"
      "static void step(long i) { log_event(i); spin(0.001); }", "growth", ("log_event",), saving=False),
    P("growth_cache", "cpp", 1000,
      "static std::unordered_map<long, std::string> cache;\n"
      "FAR static void remember(long i) { cache[i] = std::string(800, 'x'); }\n"
      "static void step(long i) { remember(i); spin(0.001); }",
      "static std::unordered_map<long, std::string> cache;\n"
      "FAR static void remember(long i) { cache[i] = std::string(800, 'x'); if (cache.size() > 50) cache.erase(i - 50); }\n"
      "static void step(long i) { remember(i); spin(0.001); }", "growth", ("remember",), saving=False),
    P("growth_rust", "rust", 1000,
      "#[derive(Default)] struct State { seen: Vec<Box<[u8]>> }\n"
      "impl State { #[inline(never)] fn note(&mut self, i: usize) { self.seen.push(vec![1u8; 900].into_boxed_slice()); }\n"
      "fn step(&mut self, i: usize) { self.note(i); std::thread::sleep(std::time::Duration::from_millis(1)); } }",
      "#[derive(Default)] struct State { seen: std::collections::VecDeque<Box<[u8]>> }\n"
      "impl State { #[inline(never)] fn note(&mut self, i: usize) { self.seen.push_back(vec![1u8; 900].into_boxed_slice()); if self.seen.len() > 50 { self.seen.pop_front(); } }\n"
      "fn step(&mut self, i: usize) { self.note(i); std::thread::sleep(std::time::Duration::from_millis(1)); } }", "growth", ("State::note", "note"), saving=False),
    # -- threads --
    P("threads_unjoined", "c", 200,
      "static void *work(void *p) { noise(); return p; }\n"
      "FAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); spin(0.004); }\nstatic void step(long i) { start(); }",
      "static void *work(void *p) { noise(); return p; }\n"
      "FAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); pthread_join(t, NULL); spin(0.004); }\nstatic void step(long i) { start(); }",
      "threads", ("start",), saving=False),
    P("threads_queue", "c", 3_000_000,
      "static void *slot[1024]; static unsigned long head, tail;\n"
      "static void *consume(void *p) { for (;;) { unsigned long t = tail; while (__atomic_load_n(&head, __ATOMIC_ACQUIRE) == t) sched_yield(); void *b = slot[t & 1023]; __atomic_store_n(&tail, t + 1, __ATOMIC_RELEASE); if (!b) return p; free(b); } }\n"
      "static pthread_t thread;\n"
      "FAR static void produce(long i) { if (!i) pthread_create(&thread, NULL, consume, NULL); void *b = malloc(200); while (head - __atomic_load_n(&tail, __ATOMIC_ACQUIRE) == 1024) sched_yield(); slot[head & 1023] = b; __atomic_store_n(&head, head + 1, __ATOMIC_RELEASE); }\n"
      "static void step(long i) { produce(i); }\n"
      "static void finish(void) { while (head - tail == 1024) ; slot[head & 1023] = NULL; __atomic_store_n(&head, head + 1, __ATOMIC_RELEASE); pthread_join(thread, NULL); }",
      "static char slot[1024][200]; static unsigned long head, tail;\n"
      "FAR static void produce(long i) { slot[i & 1023][i % 200] = 1; KEEP(slot); }\nstatic void step(long i) { produce(i); }",
      "threads", ("produce",), saving=False),
    P("threads_cpp", "cpp", 400,
      "struct Job { long v[11]; };\nstatic void *run_jobs(void *p) { auto *v = (std::vector<Job *> *)p; for (Job *j : *v) delete j; delete v; return nullptr; }\n"
      "FAR static void submit(long i) { auto *v = new std::vector<Job *>; v->reserve(5000); for (int k = 0; k < 5000; k++) v->push_back(new Job); pthread_t t; pthread_create(&t, nullptr, run_jobs, v); pthread_join(t, nullptr); }\n"
      "static void step(long i) { submit(i); }",
      "struct Job { long v[11]; };\nstatic void *run_jobs(void *p) { KEEP(p); return nullptr; }\n"
      "FAR static void submit(long i) { static Job jobs[5000]; pthread_t t; pthread_create(&t, nullptr, run_jobs, jobs); pthread_join(t, nullptr); }\n"
      "static void step(long i) { submit(i); }", "threads", ("submit",), saving=False),
    # -- peak --
    P("peak_load", "c", 100,
      "FAR static void load(void) { char *p = malloc(20 << 20); memset(p, 1, 20 << 20); KEEP(p); spin(0.03); free(p); }\n"
      "static void step(long i) { if (i == 30 || i == 60) load(); spin(0.01); }",
      "FAR static void load(void) { char *p = malloc(1 << 14); for (int k = 0; k < 1280; k++) memset(p, 1, 1 << 14); KEEP(p); spin(0.03); free(p); }\n"
      "static void step(long i) { if (i == 30 || i == 60) load(); spin(0.01); }", "peak", ("load",), also=("large",), fixed_also=("peak",), saving=False),
    P("peak_parse", "cpp", 100,
      "FAR static void parse_all(void) { std::vector<std::vector<char>> v; for (int k = 0; k < 100; k++) v.emplace_back(100000, 'x'); spin(0.03); }\n"
      "static void step(long i) { if (i == 20 || i == 70) parse_all(); spin(0.01); }",
      "FAR static void parse_all(void) { for (int k = 0; k < 100; k++) { char b[1000]; memset(b, 1, 1000); KEEP(b); } spin(0.03); }\n"
      "static void step(long i) { if (i == 20 || i == 70) parse_all(); spin(0.01); }", "peak", ("parse_all",), also=("reserve",), saving=False),
    P("peak_rust", "rust", 100,
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn import() { let v = vec![1u8; 16 << 20]; black_box(&v); std::thread::sleep(std::time::Duration::from_millis(30)); }\n"
      "impl State { fn step(&mut self, i: usize) { if i == 30 || i == 60 { import(); } std::thread::sleep(std::time::Duration::from_millis(10)); } }",
      "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn import() { let v = [1u8; 4096]; black_box(&v); std::thread::sleep(std::time::Duration::from_millis(30)); }\n"
      "impl State { fn step(&mut self, i: usize) { if i == 30 || i == 60 { import(); } std::thread::sleep(std::time::Duration::from_millis(10)); } }", "peak", ("import",), also=("large",), saving=False),
]

FINE = [
    kept_of("fine_pack_packed", "c", "struct item { double value; struct item *next; long id, more; int level; short s; char kind, flag; };", "struct item"),
    kept_of("fine_pack_attribute", "c", "struct __attribute__((packed)) item { char c; long l; char d; long k, m, n; char e[6]; };", "struct item"),
    kept_of("fine_pack_bits", "c", "struct item { char c; unsigned bits : 3; long l; char d; long k; char e; };", "struct item"),
    kept_of("fine_pack_flexible", "c", "struct item { char c; long l; char d; long k; int n; char data[]; };", "struct item"),
    kept_of("fine_pack_union", "c", "union item { struct { char c; long l; char d; long k; char e; } s; long whole; };", "union item"),
    kept_of("fine_pack_anonymous", "c", "struct item { char c; union { int i; long l; }; char d; long k; char e; };", "struct item"),
    kept_of("fine_pack_base", "cpp", "struct Base { char c; long l; char d; };\nstruct Item : Base { long k; char e; Item() { KEEP(this); } };", "Item", "new %s"),
    kept_of("fine_pack_virtual", "cpp", "struct Item { virtual ~Item() {} char c; long l; char d; long k; Item() { KEEP(this); } };", "Item", "new %s"),
    P("fine_noise", "c", 6_000_000, "static void step(long i) { (void)i; }"),
    P("fine_lru", "c", 4_000_000,
      "static void *lru[4096];\nFAR static void put(long i) { unsigned k = (unsigned)(noise_state >> 20 & 4095); free(lru[k]); lru[k] = malloc(300 + (noise_state >> 50 & 63)); KEEP(lru[k]); }\nstatic void step(long i) { put(i); }"),
    P("fine_table", "c", 1000,
      "static void *table[20000];\nFAR static void load(void) { for (int k = 0; k < 20000; k++) { table[k] = malloc(104); KEEP(table[k]); } }\nstatic void step(long i) { if (!i) load(); spin(0.001); }"),
    P("fine_rare", "c", 1000,
      "FAR static void tick(long i) { char *b = malloc(100); KEEP(b); free(b); }\nstatic void step(long i) { tick(i); spin(0.001); }"),
    P("fine_plateau", "cpp", 1000,
      "static std::map<long, long> m;\nFAR static void warm(long i) { if (i < 200) for (int k = 0; k < 50; k++) m[i * 50 + k] = k; }\nstatic void step(long i) { warm(i); spin(0.001); }"),
    P("fine_joined", "c", 200,
      "static void *work(void *p) { noise(); return p; }\nFAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); pthread_join(t, NULL); spin(0.004); }\nstatic void step(long i) { start(); }"),
    P("fine_once", "c", 1000,
      "static char *big;\nFAR static void open_it(void) { big = malloc(64 << 20); memset(big, 1, 64 << 20); }\nstatic void step(long i) { if (!i) open_it(); spin(0.001); }"),
    P("fine_detached", "c", 200,
      "static void *work(void *p) { noise(); return p; }\nFAR static void start(void) { pthread_t t; pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED); pthread_create(&t, &a, work, NULL); spin(0.004); }\nstatic void step(long i) { start(); }"),
    P("fine_queue", "cpp", 2_000_000,
      "static std::list<long> q;\nFAR static void push(long i) { q.push_back(i); if (q.size() > 5000) q.pop_front(); }\nstatic void step(long i) { push(i); }"),
    P("fine_sizes", "c", 400_000,
      "static void *kept[400000];\nFAR static void make(long i) { if (i < 400000) { kept[i] = malloc(40); KEEP(kept[i]); } }\nstatic void step(long i) { make(i); if (i == 399999) spin(1); }"),
    P("fine_rust", "rust", 2_000_000,
      "#[derive(Default)] struct State { m: std::collections::HashMap<usize, Box<[u8]>> }\nimpl State { #[inline(never)] fn touch(&mut self, i: usize) { let k = i.wrapping_mul(2654435761) % 3001; self.m.insert(k, vec![0u8; 50 + k % 30].into_boxed_slice()); }\nfn step(&mut self, i: usize) { self.touch(i); } }"),
    P("fine_random_lives", "cpp", 2_000_000,
      "static std::vector<char *> live(3000);\nFAR static void swap_one(long i) { unsigned k = (unsigned)(noise_state >> 21) % 3000; delete[] live[k]; live[k] = new char[56]; KEEP(live[k]); }\nstatic void step(long i) { swap_one(i); }"),
]
