"""Small changes of a C source: a comparison, a constant, a condition, an order of memory, a sum, a statement left out."""

import re
from collections import namedtuple

Mutation = namedtuple("Mutation", "start end new")  # text[start:end] becomes `new`
Token = namedtuple("Token", "kind text start end")

TOKEN = re.compile(r"""
    (?P<skipped>/\*.*?\*/|//[^\n]*|^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*|(?:SHIM_ASSERT|_Static_assert|__asm__)\b[^;]*;|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\s+)
  | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""", re.X | re.S | re.M)

PAIRS = [("<", "<="), (">", ">="), ("==", "!="), ("&&", "||"), ("+", "-"), ("+=", "-=")]
SWAPS = dict(PAIRS + [(b, a) for a, b in PAIRS]) | {f"__ATOMIC_{order}": "__ATOMIC_RELAXED" for order in ("RELEASE", "ACQUIRE", "ACQ_REL")}
NO_STATEMENT = {"return", "goto", "break", "continue", "case", "default", "if", "for", "while", "do", "else", "switch"}
OPENS, CLOSES = "([{", ")]}"


def tokens_of(text):
    """The tokens that count: no comments, strings, assertions, preprocessor lines or space."""
    return [Token(m.lastgroup, m.group(), *m.span()) for m in TOKEN.finditer(text) if m.lastgroup != "skipped"]


def closing(tokens, i):
    """The index of the bracket that closes the one at i."""
    depth = 0
    for j in range(i, len(tokens)):
        depth += (tokens[j].text in OPENS) - (tokens[j].text in CLOSES)
        if depth == 0:
            return j
    return len(tokens) - 1


def code_of(text):
    """[tokens] of each function body."""
    tokens, bodies, i = tokens_of(text), [], 0
    while i < len(tokens):
        if tokens[i].text == "{":
            end = closing(tokens, i)
            if tokens[i - 1].text == ")":
                bodies.append(tokens[i:end + 1])
            i = end
        i += 1
    return bodies


def is_binary(tokens, i):
    before = tokens[i - 1]
    return before.kind in ("name", "number") and before.text not in ("return", "case", "sizeof") or before.text in (")", "]")


def statement_from(tokens, i):
    """The index of the ; that ends the call or assignment that begins at i; None where another thing does."""
    head = tokens[i]
    if head.kind != "name" or head.text in NO_STATEMENT or tokens[i - 1].text not in (";", "{", "}"):
        return None
    if tokens[i + 1].kind == "name" or tokens[i + 1].text == "*":  # a declaration
        return None
    j = i
    while j < len(tokens) and tokens[j].text not in (";", "{", "}"):
        j = closing(tokens, j) + 1 if tokens[j].text in "([" else j + 1
    changes = any(t.text in ("=", "++", "--") or t.text.endswith("=") and len(t.text) == 2 for t in tokens[i:j]) or tokens[j - 1].text == ")"
    return j if j < len(tokens) and tokens[j].text == ";" and changes else None


def token_mutations(token, binary):
    if token.kind == "number":
        return [Mutation(token.start, token.end, f"({token.text} + 1)")]
    if token.text in SWAPS and (binary or token.text not in "+-"):
        return [Mutation(token.start, token.end, SWAPS[token.text])]
    return []


def mutations(text):
    """All mutations of a source, in its order."""
    found = []
    for tokens in code_of(text):
        for i, token in enumerate(tokens):
            found += token_mutations(token, i > 0 and is_binary(tokens, i))
            end = statement_from(tokens, i) if 0 < i < len(tokens) - 1 else None
            if end:
                found.append(Mutation(token.start, tokens[end].start, ""))
            if token.text == "if":
                last = tokens[closing(tokens, i + 1)]
                inside = text[tokens[i + 1].end:last.start]
                found.append(Mutation(tokens[i + 1].end, last.start, f"!({inside})"))
    return found


def apply(text, mutation):
    return text[:mutation.start] + mutation.new + text[mutation.end:]


def describe(text, mutation):
    """(line, what stood there => what stands there), in one line each."""
    begin = text.rfind("\n", 0, mutation.start) + 1
    end = text.find("\n", mutation.end)
    old = text[begin:end]
    new = apply(text, mutation)[begin:end + len(mutation.new) - (mutation.end - mutation.start)]
    return text.count("\n", 0, mutation.start) + 1, f"{' '.join(old.split())} => {' '.join(new.split())}"
