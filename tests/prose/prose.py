"""Sentences that make a reader look for their subject: where they stand in the comments and documents of a tree.

A *block* is a run of prose: a comment, one of its paragraphs or items, a docstring, a paragraph, item or cell of a
document, a message. Its lines keep their order, so that a place in it has a line in its file. Code and quoted words are
no prose: a comment may quote a phrase that it must not use.
"""

import io
import re
import tokenize
from pathlib import Path

FOLDERS = ("cli", "docs", "libprof", "proto", "scripts", "tests", ".ci", ".github")
# Results that a script writes from its own text, and the inputs of tests.
LEFT_OUT = {"docs/BENCHMARKS.md"}

# A sentence's end is no dot within a name. \r stands for a line break that a message prints.
FRONTED = re.compile(r"(?:\A|\r|(?<=[.!?:])[ \n]|(?<=[.!?:]\))[ \n])[ \n]*\(?(What|Of|That)(?=[ \n,])"
                     r"(?P<rest>(?:[^.!?\r]|[.!?](?![ \n)\r]|\Z))*[.!?]?)")
PHRASE = re.compile(r"\b(but for|of late|(?:are|is|was|were) told|(?:is|are) none)\b", re.IGNORECASE)

C_PART = re.compile(r'(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*")|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[^\n]*", re.MULTILINE)
SPACE = re.compile(r"[ \t\n]*\\?[ \t\n]*")
QUOTED = re.compile(r'``.*?``|`[^`]*`|"[^"\n]{1,80}"|“[^”]*”', re.DOTALL)
ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]+")
CASE = re.compile(r'^[ \t]*@case\(\s*f?"((?:\\.|[^"\\\n])*)"|^@test "(.*)" \{', re.MULTILINE)
HASH = re.compile(r"(?:^|(?<=[ \t]))#+[ \t](?P<text>.*)")


class Hit:
    def __init__(self, path, line, words):
        self.path, self.line, self.words = path, line, words

    def __str__(self):
        return f"{self.path}:{self.line}: {self.words}"


def paragraphs(line, text):
    """(line, block) for each paragraph or item of `text`, which begins in this line."""
    block, first = [], line
    for number, row in enumerate(text.split("\n"), line):
        item = ITEM.match(row)
        if (not row.strip() or item) and block:
            yield first, "\n".join(block)
            block = []
        if row.strip():
            first = first if block else number
            block.append(row[item.end():] if item else row.strip())
    if block:
        yield first, "\n".join(block)


def bare_comment(comment):
    """A comment of C without its marks, line by line."""
    if comment.startswith("//"):
        return comment.lstrip("/!").strip()
    rows = comment[2:-2].split("\n")
    return "\n".join(re.sub(r"^[ \t]*\*(?: |$)", "", row).lstrip("*! ") if n else row.lstrip("*! ") for n, row in enumerate(rows))


def literal(text):
    """The text of a string of C."""
    return text[1:-1].replace("\\n", "\r").replace('\\"', '"')


def joined(blocks):
    """Comments of one line each that stand in a row, as one."""
    run, first = [], 0
    for line, text in blocks:
        if run and line == first + len(run):
            run.append(text)
            continue
        if run:
            yield first, "\n".join(run)
        run, first = [text], line
    if run:
        yield first, "\n".join(run)


def read_c(text, with_strings):
    text = INCLUDE.sub("", text)
    lines, end, message = [], -1, None
    for part in C_PART.finditer(text):
        line = text.count("\n", 0, part.start()) + 1
        if part["comment"] and part["comment"].startswith("//"):
            lines.append((line, bare_comment(part["comment"])))
        elif part["comment"]:
            yield from paragraphs(line, bare_comment(part["comment"]))
        elif part["text"] and with_strings:
            # Literals with only space between are one; a format in a macro between them ends it.
            if message and SPACE.fullmatch(text, end, part.start()):
                message[1] += "\n" * (line - message[0] - message[1].count("\n")) + literal(part["text"])
            else:
                if message:
                    yield tuple(message)
                message = [line, literal(part["text"])]
            end = part.end()
    if message:
        yield tuple(message)
    for line, block in joined(lines):
        yield from paragraphs(line, block)


def read_python(text):
    lines, before = [], None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            lines.append((token.start[0], token.string.lstrip("#!").strip()))
            continue
        if token.type == tokenize.STRING and before in (None, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            yield from paragraphs(token.start[0], token.string.strip("rRbB").strip("\"'"))
        if token.type != tokenize.NL:
            before = token.type
    for line, block in joined(lines):
        yield from paragraphs(line, block)


def read_hash(text):
    """Comments of a shell script, a meson.build and whatever else has # for them."""
    found = []
    for line, row in enumerate(text.split("\n"), 1):
        mark = HASH.search(row)
        if mark:
            found.append((line, mark["text"]))
        elif row.strip() == "#":
            found.append((line, ""))
    for line, block in joined(found):
        yield from paragraphs(line, block)


def read_document(text):
    fenced, rows = False, []
    for row in text.split("\n"):
        fence = row.lstrip().startswith("```")
        fenced ^= fence
        rows.append("" if fenced or fence else row)
    for line, block in paragraphs(1, "\n".join(re.sub(r"^(#+ .*)$", r"\1", row) for row in rows)):
        for number, row in enumerate(block.split("\n"), line):
            if row.startswith("|"):
                for cell in row.split("|"):
                    yield number, cell.strip()
            elif row.startswith("#"):
                yield number, row.lstrip("# ")
        rest = "\n".join("" if row.startswith(("|", "#")) else row for row in block.split("\n"))
        yield line + len(rest) - len(rest.lstrip("\n")), rest.strip("\n")


def blocks(path, text):
    """(line, block) for all prose of the file at `path`, which is relative to the tree."""
    name = Path(path)
    if name.suffix in (".c", ".h", ".cpp", ".go", ".rs"):
        return read_c(text, name.parts[0] in ("cli", "libprof"))
    if name.suffix == ".py" or text.startswith("#!/usr/bin/env python"):
        return read_python(text)
    if name.suffix in (".md", ".in", ".scd") or name.name == "NEWS":
        return read_document(text)
    return read_hash(text)


def titles(path, text):
    """(line, title) for the cases of a test in Python or bats."""
    if Path(path).suffix in (".py", ".bats"):
        for match in CASE.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, match[1] or match[2]


def look(path, text):
    """The hits in one file."""
    hits = []
    for line, block in [*blocks(path, text), *titles(path, text)]:
        prose = QUOTED.sub(lambda m: "x" * (len(m.group()) - m.group().count("\n")) + "\n" * m.group().count("\n"), block)
        for found in PHRASE.finditer(prose.replace("\n", " ")):
            hits.append(Hit(path, line + prose.count("\n", 0, found.start()), f"'{found[1]}'"))
        for found in FRONTED.finditer(prose):
            rest = found["rest"]
            if rest.endswith("?") or (found[1] == "That" and re.match(r"[ \n]is\b", rest)):
                continue
            begin = block[found.start(1):found.end()].replace("\n", " ")
            hits.append(Hit(path, line + prose.count("\n", 0, found.start(1)), f"a sentence that begins with {found[1]}: '{begin[:60]}'"))
    return sorted(hits, key=lambda hit: hit.line)


def files(root):
    """The files of the tree that hold prose, relative to it; build folders lie elsewhere."""
    kinds = {".c", ".h", ".cpp", ".go", ".rs", ".py", ".md", ".build", ".sh", ".bats", ".bash", ".yml", ".toml", ".txt",
             ".awk", ".pl", ".in", ".scd", ""}
    found = [path for path in Path(root).iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += (path for path in (Path(root) / folder).rglob("*") if path.is_file())
    relative = (path.relative_to(root) for path in found)
    return sorted(str(path) for path in relative
                  if path.suffix in kinds and path.name != "LICENSE"
                  and not {"__pycache__", "data", "node_modules"} & set(path.parts) and str(path) not in LEFT_OUT)


def check(root):
    """All hits in the tree at root."""
    return [hit for path in files(root) for hit in look(path, (Path(root) / path).read_text(encoding="utf-8", errors="replace"))]
