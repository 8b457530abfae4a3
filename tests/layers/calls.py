"""Who calls whom, between files, as far as headers show it.

A *unit* is a source with the header of its name. A unit uses another when its code names a function or a variable that
a header declares and the other unit defines. Two things are found in that graph: circles (a file can then be read
only together with all others of its circle), and names that are declared in the header of another unit than the one
that defines them. Calls through pointers are seen where the pointer is set, and calls that a macro makes where
the macro stands.
"""

import re
from pathlib import Path

NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:include|pragma|if|ifdef|ifndef|elif|else|endif|error|undef)\b.*$", re.MULTILINE)
MACRO = re.compile(r"^[ \t]*#[ \t]*define\b(?:\\\n|[^\n])*", re.MULTILINE)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|\b_?(?:cleanup|Static_assert)\w*\s*\([^;]*\)|\b(?:EXPORT|INLINE)\b")
FUNCTION = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
VARIABLE = re.compile(r"\b([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$")
USE = re.compile(r"(?<![\w.])(?<!->)([A-Za-z_]\w*)\b")
TAG = re.compile(r"\b(struct|enum|union)\s+\w+")
KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "typeof", "__typeof__", "_Alignof", "defined"}


def outer_parts(code):
    """The declarations at depth 0, each as (head, whether a body in braces follows)."""
    parts, depth, start, head = [], 0, 0, ""
    for at, char in enumerate(code):
        if char == "{":
            if depth == 0:
                head = code[start:at]
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0 and "=" not in head and "(" in head:
                parts.append((head, True))
                start = at + 1
        elif char == ";" and depth == 0:
            parts.append((code[start:at], False))
            start = at + 1
    return parts


def without_braces(text):
    """text with each initializer or struct body in braces removed."""
    while True:
        shorter = re.sub(r"\{[^{}]*\}", " ", text)
        if shorter == text:
            return text
        text = shorter


def name_of(head, body):
    """(name, whether it is a function) that a declaration at depth 0 introduces, or None."""
    head = without_braces(ATTRIBUTE.sub(" ", head)).split("=")[0].strip()
    if not head or head.startswith("typedef"):
        return None
    function = FUNCTION.search(head)
    if function and function.group(1) not in KEYWORDS:
        pointer = re.match(r"[^(]*\(\s*\*\s*(?:const\s+)?(\w+)", head)
        return (pointer.group(1), False) if pointer else (function.group(1), True)
    variable = VARIABLE.search(head)
    if body or not variable or variable.group(1) in ("struct", "enum", "union") or re.fullmatch(r"(?:struct|union|enum)\s+\w+", head):
        return None
    return variable.group(1), False


class Unit:
    """A source and its header: what they define, declare, use and include."""

    def __init__(self, name):
        self.name = name
        self.public, self.private, self.declared = set(), set(), set()
        self.uses, self.includes = set(), set()

    def read(self, path, is_header):
        text = path.read_text(encoding="utf-8", errors="replace")
        self.includes.update(INCLUDE.findall(text))
        text = NOISE.sub(" ", text)
        code = DIRECTIVE.sub("", text)
        self.uses.update(USE.findall(TAG.sub(" ", code)))
        for head, body in outer_parts(MACRO.sub("", code)):
            self.introduce(head, body, is_header)

    def introduce(self, head, body, is_header):
        named = name_of(head, body)
        if not named:
            return
        name, function = named
        if re.search(r"\bstatic\b", head):
            (self.public if is_header and body else self.private).add(name)
        elif is_header and not body and (function or re.search(r"\bextern\b", head)):
            self.declared.add(name)
        elif not re.search(r"\bextern\b", head) and (body or not function):
            self.public.add(name)


def read_units(root):
    """{name: Unit}, names as `shim/sys/text` or `cli/commands`."""
    units = {}
    for top, base in ((root / "libprof", root / "libprof"), (root / "cli", root)):
        for path in sorted(top.rglob("*.[ch]")):
            name = str(path.relative_to(base).with_suffix(""))
            units.setdefault(name, Unit(name)).read(path, path.suffix == ".h")
    return units


def visible(units, unit):
    """The units whose headers this one includes, directly or not."""
    seen, todo = set(), [unit]
    while todo:
        for name in todo.pop().includes:
            other = name.removesuffix(".h")
            if other in units and other not in seen:
                seen.add(other)
                todo.append(units[other])
    return seen


def definers(units):
    """{(header's unit, name): the unit that defines it}; a name that two programs define is the one's nearby."""
    by_name = {}
    for unit in units.values():
        for name in unit.public:
            by_name.setdefault(name, []).append(unit.name)
    found = {}
    for unit in units.values():
        for name in unit.declared | unit.public:
            there = [other for other in by_name.get(name, []) if other.split("/")[0] == unit.name.split("/")[0]]
            if unit.name in there:
                found[unit.name, name] = unit.name
            elif len(there) == 1:
                found[unit.name, name] = there[0]
    return found


def call_graph(units):
    """{unit: {unit it uses: a name that it uses}}"""
    defined = definers(units)
    graph = {}
    for unit in units.values():
        names = {}
        for header in visible(units, unit) | {unit.name}:
            for name in units[header].declared | units[header].public:
                if (header, name) in defined and name not in unit.private:
                    names[name] = defined[header, name]
        edges = graph.setdefault(unit.name, {})
        for name in sorted(unit.uses & names.keys()):
            if names[name] != unit.name:
                edges.setdefault(names[name], name)
    return graph


def circles(graph):
    """The strongly connected components of more than one unit (Tarjan), each a sorted list."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on_stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            ring = []
            while not ring or ring[-1] != node:
                ring.append(stack.pop())
                on_stack.discard(ring[-1])
            if len(ring) > 1:
                found.append(sorted(ring))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def describe(graph, ring):
    """One line: the ring's files and, for each, a name that keeps it in."""
    edges = [f"{a} uses {name} of {b}" for a in ring for b, name in graph[a].items() if b in ring]
    return "a circle of calls: " + "; ".join(edges)


def find_circles(root):
    graph = call_graph(read_units(Path(root)))
    return [describe(graph, ring) for ring in circles(graph)]


def find_strangers(root):
    """Names that are declared in another header than that of the file that defines them. A room's arch.h is the header
    of each processor's arch_*.c."""
    units = read_units(Path(root))
    return [f"{name} is declared in {header}.h but defined in {definer}.c"
            for (header, name), definer in sorted(definers(units).items())
            if header != definer and not (header.endswith("/arch") and definer.startswith(header + "_"))]


def users(root, name):
    """The units that use a name, except those that declare or define it."""
    units = read_units(Path(root))
    return sorted(unit.name for unit in units.values() if name in unit.uses and name not in unit.public | unit.declared)


if __name__ == "__main__":
    import sys
    for line in find_circles(sys.argv[1]) + find_strangers(sys.argv[1]):
        print(line)
