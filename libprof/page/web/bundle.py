"""bundle.py HEAD BODY STYLE MODULE... OUTPUT: the page's parts as one C source.

The modules are joined in the order given, in which each comes after those that it imports: imports and the word `export`
go, so all modules share one scope. A name that two modules declare is an error, and so is an import of what comes later.
The hashes are those of the page's Content-Security-Policy.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', re.MULTILINE)
DECLARATION = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
CONSTANTS = re.compile(r"^(?:export )?const [A-Z]\w* = .*", re.MULTILINE)


def declarations(text):
    """The names of a module's own scope: of several constants in one line, all."""
    constants = [name for line in CONSTANTS.findall(text) for name in re.findall(r", ([A-Z_]+) = ", line)]
    return DECLARATION.findall(text) + constants


def check_imports(path, text, exported):
    for names, module in IMPORT.findall(text):
        for name in filter(None, (word.strip() for word in names.split(","))):
            if name not in exported.get(module, ()):
                sys.exit(f"{path}: {name} is not exported by {module}, or {module} comes later in meson.build")


def bundle(paths):
    declared, exported, parts = {}, {}, []
    for path in paths:
        text = path.read_text()
        check_imports(path, text, exported)
        for name in declarations(text):
            if name in declared:
                sys.exit(f"{path}: {name} is declared in {declared[name]}, too")
            declared[name] = path
        exported[path.name] = set(re.findall(r"^export (?:async )?(?:function|const|let|class) (\w+)", text, re.MULTILINE))
        parts.append(re.sub(r"^export ", "", IMPORT.sub("", text), flags=re.MULTILINE))
    script = '"use strict";\n(() => {\n' + "".join(parts) + "})();\n"
    if "</script" in script.lower() or "<!--" in script:
        sys.exit("the script would end the page's <script> early")
    return script


def asset(name, text):
    values = ",".join(str(byte - 256 if byte > 127 else byte) for byte in text.encode() + bytes(1))
    return (f"static const char {name}_text[] = {{{values}}};\n"
            f"const struct page_asset {name} = {{{name}_text, sizeof({name}_text) - 1}};\n")


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def main():
    head, body, style, *modules, output = map(Path, sys.argv[1:])
    script, css = bundle(modules), style.read_text()
    parts = {"page_head": head.read_text(), "page_body": body.read_text(), "page_style": css, "page_script": script}
    hashes = "".join(f'const char {name}_hash[] = "{digest(parts[name])}";\n' for name in ("page_style", "page_script"))
    Path(output).write_text('#include "page/page_assets.h"\n' + "".join(asset(*part) for part in parts.items()) + hashes)


main()
