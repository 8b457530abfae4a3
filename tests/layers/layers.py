"""Reads every #include of the sources and finds what docs/ARCHITECTURE.md does not allow.

The allowed edges are the block in that document that begins with "```layers"; so the document is what is
enforced. It looks two levels deep: a folder that has rooms (`cli/line`, `shim/sys`) has a line for each. A room may
use what its folder may use, and of its sister rooms what its own line names. Files beside the rooms (cli/main.c) are
above them all.
"""

import re
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)

# Libraries that one folder wraps for all others: a pattern of header names, and the folders.
LIBRARIES = [
    (re.compile(r"^libunwind"), {"shim"}),
    (re.compile(r"^(zlib|libdeflate)\.h$|^protobuf-c/|\.pb-c\.h$"), {"pprof"}),
    (re.compile(r"^elfutils/|^(libelf|gelf|dwarf|libdw|libdwfl)\.h$|^libiberty/|^demangle\.h$"), {"symbol"}),
    (re.compile(r"^(curses|term)\.h$|^ncurses"), {"cli"}),
    (re.compile(r"^(microhttpd\.h|curl/.*)$"), {"http"}),
    (re.compile(r"^yaml\.h$"), {"budget"}),
    (re.compile(r"^jansson\.h$"), {"report", "cli", "model"}),
]


def allowed_edges(document):
    """{folder: set of folders it may include} from the document's block."""
    match = re.search(r"^```layers\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    if not match:
        raise ValueError("docs/ARCHITECTURE.md has no block that begins with ```layers")
    edges = {}
    for line in match.group(1).splitlines():
        if "->" not in line:
            continue
        folder, targets = line.split("->")
        names = {name.strip() for name in targets.split(",")}
        edges[folder.strip()] = names - {"nothing", ""}
    return edges


def room_of(parts, rooms):
    """The room of a file by the parts of its path from libprof/ or the root: `shim/sys`, `model`, or `cli`."""
    room = "/".join(parts[:2])
    return room if len(parts) > 2 and parts[0] in rooms else parts[0]


def rooms_of(edges):
    """The folders that have rooms."""
    return {name.split("/")[0] for name in edges if "/" in name}


def sources(root, edges):
    """(room, path) of each C file that the layers are about."""
    for top, base in ((root / "libprof", root / "libprof"), (root / "cli", root)):
        for path in sorted(top.rglob("*")):
            if path.suffix in (".c", ".h", ".cpp", ".hpp", ".S"):
                yield room_of(path.relative_to(base).parts, rooms_of(edges)), path


def target_of(root, path, name):
    """The file of ours that #include "name" in path means, or None."""
    for base in (root / "libprof", root, path.parent):
        if (base / name).is_file():
            return (base / name).resolve()
    return None


def folder_of(root, edges, path):
    parts = path.relative_to(root.resolve()).parts
    return room_of(parts[1:] if parts[0] == "libprof" and len(parts) > 2 else parts, rooms_of(edges))


def may_use(edges, room, other):
    """Whether a file of `room` may include one of `other`."""
    folder, other_folder = room.split("/")[0], other.split("/")[0]
    if room == other:
        return True
    if folder != other_folder:
        return other_folder in edges.get(folder, set())
    return room == folder or other in edges.get(room, set())


def check_include(root, edges, folder, path, name, quoted):
    """The fault of one #include, or None; and the file of ours it means, or None."""
    where = f"{path.relative_to(root)} includes {name}"
    for pattern, users in LIBRARIES:
        if pattern.search(name) and not users & {folder, folder.split("/")[0]}:
            return f"{where}, which only {', '.join(sorted(users))} may use", None
    target = target_of(root, path, name) if quoted else None
    if target is None:
        known = not quoted or name.endswith(".pb-c.h")
        return (None if known else f"{where}, which is no file of ours"), None
    other = folder_of(root, edges, target)
    if not may_use(edges, folder, other):
        return f"{where}: {folder} may not use {other}", target
    return None, target


def read_includes(root, edges):
    """(violations, {file: files it includes})"""
    violations, graph = [], {}
    for folder, path in sources(root, edges):
        if folder not in edges:
            violations.append(f"{path.relative_to(root)}: the folder {folder} is not in the table of layers")
        text = path.read_text(encoding="utf-8", errors="replace")
        for quoted, system in INCLUDE.findall(text):
            problem, target = check_include(root, edges, folder, path, quoted or system, bool(quoted))
            if problem:
                violations.append(problem)
            if target:
                graph.setdefault(path.resolve(), []).append(target)
    return violations, graph


def find_cycle(graph):
    """A list of files that include each other in a ring, or None."""
    done, stack = set(), []

    def visit(node):
        if node in stack:
            return stack[stack.index(node):] + [node]
        if node in done:
            return None
        stack.append(node)
        for target in graph.get(node, []):
            cycle = visit(target)
            if cycle:
                return cycle
        stack.pop()
        done.add(node)
        return None

    for start in graph:
        cycle = visit(start)
        if cycle:
            return cycle
    return None


def check(root):
    """All violations of the tree at root, as lines of text."""
    root = Path(root)
    edges = allowed_edges((root / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    violations, graph = read_includes(root, edges)
    cycle = find_cycle(graph)
    if cycle:
        ring = " -> ".join(str(path.relative_to(root.resolve())) for path in cycle)
        violations.append(f"a cycle of includes: {ring}")
    folders = find_cycle(edges)
    if folders:
        violations.append(f"a cycle in the table of layers: {' -> '.join(folders)}")
    return violations
