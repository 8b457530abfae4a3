"""Files and tests that documents and comments name: they must be there.

A name in a document or a comment is taken for a file of the tree if it begins with a folder of the tree's top, or ends as
a source does. It may leave out leading folders (shim/count/peak.h, arch.h) and have a pattern of the shell (fuzz_*.c,
settings.[ch]). A name with one of PLACEHOLDERS stands for any.
"""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import prose
import words

PATH = re.compile(r"(?<![\w/.~<$*}{:=@%-])\.?[\w*\[\]-][\w*\[\].-]*(?:/[\w*\[\].-]+)*/?")
SUFFIX = re.compile(r"\.(?:c|h|\[ch\]|cpp|py|md|bats|build)$")
PLACEHOLDERS = re.compile(r"foo|NAME|CPU|TEST")
BACKQUOTED = re.compile(r"`([^`]+)`")
TEST_PAGES = ("docs/EXTENDING.md", "docs/RELIABILITY.md")
IDENTIFIER = re.compile(r"(?:struct |enum )?([A-Za-z]\w*_\w*)(?:\(\))?")
IDENTIFIER_PAGES = ("docs/EXTENDING.md", "docs/ARCHITECTURE.md", "docs/RECORDING.md")
# Files of others: of glibc, the kernel, valgrind and other libraries; and those of examples.
ELSEWHERE = {"sysdeps/x86_64/nptl/tls.h", "malloc/arena.c", "malloc/malloc.c", "elf/dl-tls.c", "dhat/dh_main.c", "sanitizer/lsan_interface.h",
             "libdwfl.h", "elfutils/debuginfod.h", "security/commoncap.c",
             "src/a.c", "a/b.c", "src/a/b.c", "a/b/c.h", "b/c.h", "parse.c", "src/parser.c", "parts/x.c"}


class Tree:
    """The files and folders of the tree, as tails: a/b/c.h, b/c.h, c.h."""

    def __init__(self, root):
        self.root = Path(root)
        paths = [path.relative_to(root) for folder in self.top() for path in (self.root / folder).rglob("*")]
        paths += [path.relative_to(root) for path in self.root.iterdir()]
        self.paths = {str(path) for path in paths if not {"__pycache__", "node_modules"} & set(path.parts)}
        self.tails = {"/".join(parts[i:]) for parts in (path.split("/") for path in self.paths) for i in range(len(parts))}

    def top(self):
        return [folder for folder in prose.FOLDERS if (self.root / folder).is_dir()]

    def has(self, name, whole):
        known = self.paths if whole else self.tails
        if re.search(r"[*\[]", name):
            return any(fnmatchcase(path, name) for path in known)
        return name in known


def is_ours(name, tops):
    """Whether the name means a file of the tree; and whether it has to be whole, from the top."""
    if PLACEHOLDERS.search(name) or name in ELSEWHERE:
        return False, False
    first, slash, rest = name.partition("/")
    if slash and rest and first in tops:
        return True, True
    return bool(SUFFIX.search(name)) and len(name) > 3, False


def find_missing(root):
    """Lines of text: names of files that are not there."""
    tree = Tree(root)
    tops = set(tree.top())
    found = []
    for path in prose.files(root):
        text = (Path(root) / path).read_text(encoding="utf-8", errors="replace")
        if path == words.GLOSSARY:
            text = text.partition(words.HEADING)[0]
        for line, block in prose.blocks(path, text):
            for match in PATH.finditer(block):
                name = match.group().rstrip("/.")
                ours, whole = is_ours(name, tops)
                if ours and not tree.has(name, whole):
                    found.append(f"{path}:{line + block.count(chr(10), 0, match.start())}: {name}: no file of the tree is called so")
    return found


def tests_of(build):
    """The names of the tests in a build folder."""
    return {test["name"] for test in json.loads((Path(build) / "meson-info/intro-tests.json").read_text())}


def named_tests(page, text):
    """(line, name) of what a page calls a test: in a table's last column, or because it complains."""
    for number, row in enumerate(text.split("\n"), 1):
        cells = row.strip().strip("|").split("|")
        if row.startswith("|") and len(cells) == 3:
            for name in BACKQUOTED.findall(cells[2]):
                yield number, name
    for match in re.finditer(r"`([^`/]+)`\s+(?:complains|is the place for a test|compares)", text):
        yield text.count("\n", 0, match.start()) + 1, match[1]


def find_missing_tests(root, names):
    """Lines of text: tests that a page names and meson does not know."""
    found = []
    for page in TEST_PAGES:
        path = Path(root) / page
        for line, name in named_tests(page, path.read_text(encoding="utf-8")) if path.exists() else []:
            if name not in names:
                found.append(f"{page}:{line}: {name}: no meson test is called so")
    return found


def find_missing_names(root, tests=()):
    """Lines of text: names with an underscore that a page has in backquotes, and neither a source nor a test has."""
    root = Path(root)
    known = set(tests) | {stem for folder in ("cli", "libprof", "tests", "proto") for path in (root / folder).rglob("*") for stem in (path.name, path.stem)}
    for folder in ("cli", "libprof", "tests"):
        for path in words.sources(root / folder):
            known |= words.names_of(path).keys()
    found = []
    for page in IDENTIFIER_PAGES:
        text = (root / page).read_text(encoding="utf-8") if (root / page).exists() else ""
        for match in BACKQUOTED.finditer(text):
            name = IDENTIFIER.fullmatch(match[1])
            if name and not PLACEHOLDERS.search(name[1]) and name[1] not in known:
                found.append(f"{page}:{text.count(chr(10), 0, match.start()) + 1}: {name[1]}: no source has this name")
    return found


def find_missing_settings(root):
    """Lines of text: the shim's environment variables that the man page lacks."""
    header, page = "libprof/common/settings.h", "docs/man.scd.in"
    text = (Path(root) / page).read_text(encoding="utf-8")
    code = words.without_noise((Path(root) / header).read_text(encoding="utf-8"), re.compile(r"/\*.*?\*/", re.DOTALL))
    return [f"{header}: {name}: {page} says nothing of it" for name in re.findall(r'"(MEMPROF_\w+)"', code)
            if not re.search(rf"^\*{name}\*$", text, re.MULTILINE)]
