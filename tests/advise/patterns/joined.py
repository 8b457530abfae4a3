"""One buffer that is allocated at several call sites: one item, not one for each function."""

from patterns.program import Pattern

THREE = """static char *line;
FAR static void reset(void) { free(line); line = NULL; }
FAR static void use_it(long i) { line[i % 300] = 1; KEEP(line); noise(); }
FAR static void head(void) { line = malloc(320); }
FAR static void body(void) { line = malloc(600); }
FAR static void tail(void) { line = malloc(450); }
static void step(long i) { if (i % 3 == 0) head(); else if (i % 3 == 1) body(); else tail(); use_it(i); reset(); }
"""
CHAIN = """struct text { char *p; size_t n, room; };
FAR static void text_init(struct text *t, size_t room) { t->p = malloc(room); t->n = 0; t->room = room; }
FAR static void text_grow(struct text *t) { t->room *= 2; t->p = realloc(t->p, t->room); }
FAR static void text_add(struct text *t, char c) { if (t->n == t->room) text_grow(t); t->p[t->n++] = c; }
static void step(long i) { struct text t; text_init(&t, ROOM); for (int k = 0; k < 1500; k++) text_add(&t, (char)k); KEEP(t.p); free(t.p); noise(); }
"""

PATTERNS = [
    Pattern("joined_three_sites", "c", 3_000_000, THREE, THREE.replace("static char *line;", "static char room[600], *line = room;").replace("free(line); line = NULL;", "").replace("line = malloc(", "KEEP(line); (void)("),
            "reuse", ("head", "body", "tail"), once=True, saving=False),
    Pattern("joined_chain", "c", 100_000, CHAIN.replace("ROOM", "300 + (size_t)i % 400"), CHAIN.replace("ROOM", "2800"),
            "reserve", ("text_init", "text_grow", "text_add"), once=True, fixed_also=("stack", "reuse")),
    # Two buffers that one function frees at different lines are two.
    Pattern("joined_not", "c", 2_000_000,
            "static char *key, *value;\nFAR static void set_key(void) { key = malloc(300); KEEP(key); }\nFAR static void set_value(void) { value = malloc(500); KEEP(value); }\n"
            "static void step(long i) { set_key(); set_value(); noise(); free(key); noise(); free(value); }",
            rule="stack", functions=("set_value",), also=("stack",)),
]
