"""The rule pack against the compiler: the order that an item names has the size that the item says, and types whose order is
not free have no layout in the profile although they are known."""

import json
import os
import re
import subprocess

import tap

MEMPROF = os.environ["MEMPROF"]
# By type its members, each a declaration and a name; the order is bad in all.
FREE = {
    "plain": [("char %s", "kind"), ("double %s", "value"), ("char %s", "flag"), ("void *%s", "next"), ("short %s", "level")],
    "nested": [("char %s", "a"), ("struct inner %s", "b"), ("char %s", "c"), ("long %s[3]", "d"), ("char %s", "g"), ("int (*%s)(void)", "e"), ("char %s[3]", "f")],
    "aligned": [("char %s", "a"), ("__attribute__((aligned(16))) char %s[16]", "b"), ("char %s", "c"), ("long %s", "d")],
    "enums": [("enum color %s", "a"), ("long %s", "b"), ("enum color %s", "c"), ("union both %s", "d"), ("_Bool %s", "e"), ("long %s", "f"), ("float %s", "g")],
    "wide": [("char %s", "a"), ("long double %s", "b"), ("char %s", "c"), ("__int128 %s", "d"), ("short %s", "e")],
}
FIXED = {
    "packed": "char a; long b; char c; long d;",
    "bits": "char a; unsigned b : 3; long c; char d; long e; char f;",
    "flexible": "char a; long b; char c; long d; int n; char data[];",
    "nameless": "char a; union { int i; long l; }; char b; long c; char d;",
    "tight": "long a, b, c; int d; char e, f;",
    "over": "char a; long b; char c;",
}
ATTRIBUTES = {"packed": "__attribute__((packed))", "over": "__attribute__((aligned(64)))"}
HEAD = """#include <stdlib.h>
#include <stdio.h>
struct inner { char c; int i; };
enum color { RED };
union both { char c; long l; };
static void *kept[1000000];
static int n;
"""


def declared(name, members):
    return f"struct {name} {{ " + " ".join(f"{declaration % member};" for declaration, member in members) + " };\n"


def build(path, source, *flags):
    subprocess.run(["gcc", "-g", "-O1", "-w", "-fno-ipa-icf", *flags, "-xc", "-", "-o", path], input=source, text=True, check=True)
    return "./" + path


def recorded():
    """The profile of a program that makes many of each type."""
    types = {name: declared(name, members) for name, members in FREE.items()}
    types |= {name: f"struct {ATTRIBUTES.get(name, '')} {name} {{ {members} }};\n" for name, members in FIXED.items()}
    makers = "".join(f"__attribute__((noinline)) void make_{name}(void) {{ struct {name} *p = malloc(sizeof(*p)); kept[n++] = p; }}\n" for name in types)
    calls = " ".join(f"make_{name}();" for name in types)
    program = build("program", HEAD + "".join(types.values()) + makers + f"int main(void) {{ for (int i = 0; i < 30000; i++) {{ {calls} }} return kept[n - 1] == 0; }}\n")
    subprocess.run([MEMPROF, "run", "-q", "--advise", "--exact", "-o", "p.pb.gz", "--", program], check=True)
    return "p.pb.gz"


def output(*arguments):
    return subprocess.run([MEMPROF, *arguments], check=True, capture_output=True, text=True).stdout


@tap.case("the order that an item names has the size that it says")
def _():
    items = [item for item in json.loads(output("advise", "--json", recorded()))["items"] if item["rule"] == "pack"]
    tap.equal(sorted(item["type"] for item in items), sorted(f"struct {name}" for name in FREE), "types with advice")
    for item in items:
        name = item["type"].split()[1]
        said = re.fullmatch(r"struct \w+ has (\d+) bytes, of which (\d+) are holes that another order does without: (.*); it then takes (\d+) bytes, .*", item["text"])
        tap.check(said, item["text"])
        members = {member: declaration for declaration, member in FREE[name]}
        order = said[3].split(", ")
        tap.equal(sorted(order), sorted(members), f"members of {name}")
        better = [(members[member], member) for member in order]
        sizes = [int(subprocess.run([build("size", HEAD + declared(name, m) + f'int main(void) {{ printf("%zu", sizeof(struct {name})); }}\n')],
                                    check=True, capture_output=True, text=True).stdout) for m in (FREE[name], better)]
        tap.equal([int(said[1]), int(said[4])], sizes, f"sizes of {name}")
        tap.equal(int(said[2]), sizes[0] - sizes[1], f"holes of {name}")
        # glibc's chunks: a word more, in steps of 16.
        chunks = [max(32, (size + 8 + 15) // 16 * 16) for size in sizes]
        tap.equal(item["saves"]["bytes"], 30000 * (chunks[0] - chunks[1]), f"saving of {name}")


@tap.case("types whose order is not free are known and have no layout")
def _():
    path = recorded()
    names = {node["name"] for node in json.loads(output("top", "--by", "type", "--json", path))["nodes"]}
    tap.check({f"struct {name}" for name in FIXED} <= names, names)
    layouts = re.findall(r"layout: struct (\w+);", output("convert", "--to=text", path))
    tap.equal(sorted(layouts), sorted(FREE), "types with a layout")


tap.main()
