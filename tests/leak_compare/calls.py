"""The ways to allocate that each program is compiled with: an expression that obtains n bytes, a statement that frees p."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    name: str
    take: str
    give: str = "free(p)"
    cpp: bool = False
    extra: int = 0  # bytes in front of what the program asked for


CALLS = [Call(*c) for c in (
    ("malloc", "malloc(n)"),
    ("calloc", "calloc(1, n)"),
    ("realloc", "realloc(malloc(n / 2), n)"),
    ("new", "::operator new(n)", "::operator delete(p)", True),
    ("strdup", "strdup(text(n))"),
    ("new[]", "new char[n]", "delete[] static_cast<char *>(p)", True),
    ("posix_memalign", "aligned_block(64, n)"),
    ("reallocarray", "reallocarray(NULL, n / 8, 8)"),
    ("new[] with destructors", "new Cell[n / 8]", "delete[] static_cast<Cell *>(p)", True, 8),
    ("aligned_alloc", "aligned_alloc(16, n)"),
    ("strndup", "strndup(text(n), n)"),
    ("new(nothrow)", "new (std::nothrow) char[n]", "delete[] static_cast<char *>(p)", True),
    ("wcsdup", "wcsdup(wide_text(n))"),
    ("memalign", "memalign(256, n)"),
    ("new(align)", "::operator new(n, std::align_val_t(16))", "::operator delete(p, std::align_val_t(16))", True),
    ("getcwd", "getcwd(NULL, n)"),
)]


def calls_for(wanted):
    """Those that a program allows: any, c (what free and realloc may be given), plain (no bytes in front), or one by name."""
    if wanted == "c":
        return [c for c in CALLS if not c.cpp]
    if wanted == "plain":
        return [c for c in CALLS if not c.extra]
    if wanted == "any":
        return CALLS
    found = [c for c in CALLS if c.name == wanted]
    if not found:
        raise ValueError(f"no such way to allocate: {wanted!r}")
    return found
