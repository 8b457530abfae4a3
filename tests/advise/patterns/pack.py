"""Patterns of the rule pack: structs with holes."""

from patterns.program import Pattern

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
]
