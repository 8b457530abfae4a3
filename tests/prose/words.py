"""Names that the tree does not use any more, and names that say too little.

Words that were replaced stand in a table of docs/GLOSSARY.md, with the names that must not come back and the folders
where they must not. In a source past 150 lines a static function that is only called by a generic verb cannot be told
from those of other files in a backtrace, in perf or by grep: it needs its subject in its name.
"""

import re
from collections import namedtuple
from fnmatch import fnmatchcase
from pathlib import Path

GLOSSARY = "docs/GLOSSARY.md"
HEADING = "## Words that were replaced"
SOURCES = {".c", ".h", ".cpp", ".py"}
LONG = 150
GENERIC = set("""
add answer append apply ask begin build check choose claim clear close collect compare copy count create describe destroy
do drop emit end enter extend fetch fill find finish flush fold free get grow handle init insert is_gone is_same join keep
learn leave list load look make match move next note open parse pass pick pop prepare print process publish push put read
receive record remove report reset resolve restore run save scan search select send serve set show skip sort start step
stop store take tell test update use visit wait walk work write
""".split())

NOISE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
PYTHON_NOISE = re.compile(r'"""(?s:.*?)"""|#[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
NAME = re.compile(r"(?<![\w$])[A-Za-z_]\w*")
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|\b_?Noreturn\b")
STATIC = re.compile(r"^static\b[^;={}()]*?\b(\w+)\(", re.MULTILINE)

Row = namedtuple("Row", "word names files folders")


def table(text):
    """The rows of the glossary's table."""
    rows = []
    for line in text.partition(HEADING)[2].partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or cells[0] in ("word", "---"):
            continue
        names = re.findall(r"`([^`]+)`", cells[2])
        rows.append(Row(cells[0], [n for n in names if "/" not in n], [n for n in names if "/" in n],
                        re.findall(r"`([^`]+)`", cells[3])))
    return rows


def without_noise(text, noise=NOISE):
    """The code alone; what is cut keeps its lines."""
    return noise.sub(lambda m: "\n" * m.group().count("\n"), text)


def names_of(path):
    """{name: the first line with it} of a source."""
    code = without_noise(path.read_text(encoding="utf-8", errors="replace"), PYTHON_NOISE if path.suffix == ".py" else NOISE)
    found = {}
    for line, row in enumerate(code.split("\n"), 1):
        for name in NAME.findall(row):
            found.setdefault(name, line)
    return found


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SOURCES and path.is_file())


def find_replaced(root):
    """Lines of text: names and files whose word was replaced."""
    root = Path(root)
    found = []
    for row in table((root / GLOSSARY).read_text(encoding="utf-8")):
        for folder in row.folders:
            files = sources(root / folder)
            found += (f"{path.relative_to(root)}: no file is called so any more ('{row.word}' in {GLOSSARY})" for path in files
                      if any(fnmatchcase(str(path.relative_to(root)), pattern) for pattern in row.files))
            for path in files:
                for name, line in names_of(path).items():
                    if any(fnmatchcase(name, pattern) for pattern in row.names):
                        found.append(f"{path.relative_to(root)}:{line}: {name}: no name has this word any more ('{row.word}' in {GLOSSARY})")
    return found


def find_generic(root):
    """Lines of text: static functions of long sources that are called by a generic verb alone."""
    root = Path(root)
    found = []
    for folder in ("cli", "libprof", "tests"):
        for path in sources(root / folder):
            text = path.read_text(encoding="utf-8", errors="replace")
            if path.suffix not in (".c", ".cpp") or text.count("\n") <= LONG:
                continue
            code = ATTRIBUTE.sub("", without_noise(text))
            found += (f"{path.relative_to(root)}:{code.count(chr(10), 0, m.start(1)) + 1}: {m[1]}(): the file has more than {LONG} lines; "
                      f"put the subject into the name" for m in STATIC.finditer(code) if m[1] in GENERIC)
    return found
