"""String literals that one room alone may have: its table is the only place that knows them."""

import re
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
# (what, the literal, the files that may have it)
RULES = (
    ("the name of a sample type", re.compile(r'"(?:alloc|inuse|peak)_(?:space|objects)"'), ("libprof/model/sample_types.c",)),
    # pagemap is binary and read by the page; a container's root is a path, not a file to read.
    ("a process's file", re.compile(r'"/proc/%[du]'), ("libprof/proc/", "libprof/leak/memory.c", "libprof/recording/find.c")),
)


def find(root):
    """Lines of text: literals that stand elsewhere."""
    found = []
    for folder in ("libprof", "cli"):
        for path in sorted((Path(root) / folder).rglob("*.[ch]")):
            name = str(path.relative_to(root))
            code = COMMENT.sub(lambda m: "\n" * m.group().count("\n"), path.read_text(encoding="utf-8", errors="replace"))
            for what, literal, places in RULES:
                for match in literal.finditer(code):
                    if not name.startswith(places):
                        found.append(f"{name}:{code.count(chr(10), 0, match.start()) + 1}: {match.group()} is {what}; "
                                     f"{places[0]} has it")
    return found
