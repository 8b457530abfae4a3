"""Patterns of the rule peak: peaks that stand for a moment."""

from patterns.program import Pattern

# A table that the start of the program needs, and later a phase that does not. i counts rounds of 10 ms.
IMPORT = """static char *row[400];
FAR static void import(void) { for (int k = 0; k < 400; k++) { row[k] = (char *)malloc(100000); memset(row[k], 1, 100000); TOUCH } spin(0.03); for (int k = 0; k < 400; k++) free(row[k]); }
static void step(long i) { if (!i) load_table(); BEFORE if (i == 50) import(); spin(0.01); }
"""
TABLE = "static char *table[25000];\nFAR static void load_table(void) { for (int k = 0; k < 25000; k++) { table[k] = malloc(1000); memset(table[k], 1, 1000); } }\n"
DROP = "FAR static void drop_table(void) { for (int k = 0; k < 25000; k++) free(table[k]); malloc_trim(0); }\n"
GLOSSARY = "static std::unordered_map<long, std::string> words;\nFAR static void load_table(void) { for (long k = 0; k < 100000; k++) words[k] = std::string(200, 'w'); }\n"
RUST_DEAD = """#[derive(Default)] struct State { table: std::mem::ManuallyDrop<Vec<Box<[u8]>>> }
#[inline(never)] fn load_table() -> Vec<Box<[u8]>> { let mut v = Vec::with_capacity(25000); for k in 0..25000usize { v.push(vec![k as u8; 1000].into_boxed_slice()); } v }
#[inline(never)] fn import() { let mut v = Vec::with_capacity(400); for k in 0..400usize { v.push(vec![1u8; 100000 + k]); } black_box(&v); std::thread::sleep(std::time::Duration::from_millis(30)); }
impl State { fn step(&mut self, i: usize) { if i == 0 { self.table = std::mem::ManuallyDrop::new(load_table()); } FREE if i == 50 { import(); } std::thread::sleep(std::time::Duration::from_millis(10)); } }
"""


def dead(table, before="", touch=""):
    return table + IMPORT.replace("BEFORE", before).replace("TOUCH", touch)


# The phase itself is an item as well.
PHASE = ("peak:import", "large", "batch:import", "settings", "rounding")
P = Pattern
PATTERNS = [
    P("peak_dead_table", "c", 100, dead(TABLE), dead(TABLE + DROP, "if (i == 10) drop_table();"), "peak", ("load_table",),
      also=PHASE, fixed_also=PHASE, measure="peak"),
    P("peak_dead_map", "cpp", 100, dead(GLOSSARY), dead(GLOSSARY, "if (i == 10) words = {};"), "peak", ("load_table",),
      also=PHASE, fixed_also=(*PHASE, "batch"), measure="peak"),
    P("peak_dead_rust", "rust", 100, RUST_DEAD.replace("FREE", ""), RUST_DEAD.replace("FREE", "if i == 10 { unsafe { std::mem::ManuallyDrop::drop(&mut self.table); } }"),
      "peak", ("load_table",), also=PHASE, fixed_also=PHASE, measure="peak"),
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
    # The phase replaces what the table has, or adds to it, or comes right after it; or nothing of the table is for ever.
    P("fine_dead_replaced", "c", 100, dead(TABLE, touch="free(table[k * 60]); table[k * 60] = malloc(1000);"), also=PHASE),
    P("fine_dead_grown", "c", 100, dead(TABLE.replace("25000", "25000 + 40000").replace("k < 25000 + 40000", "k < 25000").replace("= malloc(1000)", "= entry()").replace("FAR static void load", "FAR static char *entry(void) { char *p = malloc(1000); KEEP(p); return p; }\nFAR static void load"),
                                        touch="table[25000 + k] = entry();"), also=PHASE),
    P("fine_dead_at_once", "c", 100, dead(TABLE).replace("i == 50", "i == 1"), also=PHASE),
    P("fine_dead_index", "c", 100, dead(TABLE + DROP, "if (i == 80) drop_table();"), also=(*PHASE, "batch:load_table")),
    P("fine_dead_alone", "c", 100, TABLE + "static void step(long i) { if (!i) load_table(); noise(); spin(0.01); }"),
    P("fine_once", "c", 1000,
      "static char *big;\nFAR static void open_it(void) { big = malloc(64 << 20); memset(big, 1, 64 << 20); }\nstatic void step(long i) { if (!i) open_it(); spin(0.001); }"),
]
