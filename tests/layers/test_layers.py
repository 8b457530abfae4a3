#!/usr/bin/env python3
"""The tree keeps to its layers; and the check would see if it did not (planted trees): test_layers.py ROOT [CASE...]"""

import sys
import tempfile
from pathlib import Path

import calls
import layers
import literals

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import tap  # noqa: E402

ROOT = Path(sys.argv.pop(1)).resolve()

TABLE = "```layers\ncli -> model, base\nmodel -> base\nsymbol -> base\nbase -> nothing\n```\n"


def plant(files, table=TABLE, check=layers.check):
    """The violations of a tree that holds these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"docs/ARCHITECTURE.md": table, "libprof/base/a.h": "", **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return check(root)


def expect(violations, *words):
    """True when there is exactly one violation and it holds all the words."""
    return len(violations) == 1 and all(word in violations[0] for word in words)


def tree_keeps_to_its_layers():
    violations = layers.check(ROOT)
    tap.check(not violations, "\n".join(violations))
    return True


def tree_is_read_at_all():
    """Guards against a check that passes because it looks in the wrong place."""
    edges = layers.allowed_edges((ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8"))
    seen = {folder for folder, _ in layers.sources(ROOT, edges)}
    return {"base", "model", "pprof", "symbol", "cli", "cli/line", "shim/sys"} <= seen


def good_tree_passes():
    return plant({"cli/c.c": '#include "model/m.h"\n#include <stdio.h>', "libprof/model/m.h": '#include "base/a.h"'}) == []


def upward_include_is_found():
    return expect(plant({"libprof/base/b.c": '#include "model/m.h"', "libprof/model/m.h": ""}), "base may not use model")


def sideways_include_is_found():
    files = {"libprof/symbol/s.c": '  #  include "model/m.h"', "libprof/model/m.h": ""}
    return expect(plant(files), "symbol may not use model")


def include_by_dots_is_found():
    files = {"libprof/symbol/s.c": '#include "../model/m.h"', "libprof/model/m.h": ""}
    return expect(plant(files), "symbol may not use model")


def cli_is_above_all():
    return expect(plant({"libprof/model/m.c": '#include "cli/c.h"', "cli/c.h": ""}), "model may not use cli")


def cycle_is_found():
    files = {"libprof/base/x.h": '#include "base/y.h"', "libprof/base/y.h": '#include "base/x.h"'}
    return expect(plant(files), "a cycle of includes", "x.h", "y.h")


def self_include_is_found():
    return expect(plant({"libprof/base/x.h": '#include "base/x.h"'}), "a cycle of includes")


def library_of_another_folder_is_found():
    for header in ("libunwind.h", "zlib.h", "libdeflate.h", "protobuf-c/protobuf-c.h", "elfutils/libdw.h", "gelf.h",
                   "libiberty/demangle.h", "microhttpd.h"):
        if not expect(plant({"libprof/model/m.c": f"#include <{header}>"}), header, "only"):
            return False
    return True


def library_in_its_folder_passes():
    return plant({"libprof/symbol/s.c": "#include <elfutils/libdw.h>\n#include <libiberty/demangle.h>"}) == []


def unknown_folder_is_found():
    return expect(plant({"libprof/extra/e.c": ""}), "extra is not in the table")


def missing_header_is_found():
    return expect(plant({"libprof/model/m.c": '#include "base/gone.h"'}), "no file of ours")


def cycle_in_the_table_is_found():
    return expect(plant({}, "```layers\na -> b\nb -> a\nbase -> nothing\n```\n"), "cycle in the table")


ROOMS = TABLE.removesuffix("```\n") + """
cli/top -> cli/low
cli/low -> nothing
shim -> base
shim/hooks -> shim/sys
shim/sys -> nothing
```
"""


def room_may_use_what_its_line_names():
    files = {"cli/top/t.c": '#include "cli/low/l.h"\n#include "model/m.h"', "cli/low/l.h": "", "libprof/model/m.h": ""}
    return plant(files, ROOMS) == []


def room_may_not_look_up():
    files = {"libprof/shim/sys/s.c": '#include "shim/hooks/h.h"', "libprof/shim/hooks/h.h": ""}
    return expect(plant(files, ROOMS), "shim/sys may not use shim/hooks")


def room_may_not_use_a_folder_that_its_folder_may_not():
    files = {"libprof/shim/sys/s.c": '#include "model/m.h"', "libprof/model/m.h": ""}
    return expect(plant(files, ROOMS), "shim/sys may not use model")


def room_without_a_line_is_found():
    return expect(plant({"cli/new/n.c": ""}, ROOMS), "cli/new is not in the table")


def file_beside_the_rooms_is_above_them():
    files = {"cli/main.c": '#include "cli/top/t.h"', "cli/top/t.h": "",
             "cli/top/u.c": '#include "cli/main.h"', "cli/main.h": ""}
    return expect(plant(files, ROOMS), "cli/top may not use cli")


def circle_of_calls_is_found():
    """In two files that include each other's header, and through a third."""
    two = {"libprof/base/x.h": "int x(void);", "libprof/base/x.c": '#include "base/x.h"\n#include "base/y.h"\nint x(void) {\n  return y();\n}',
           "libprof/base/y.h": "int y(void);", "libprof/base/y.c": '#include "base/y.h"\n#include "base/x.h"\nint y(void) {\n  return x();\n}'}
    three = dict(two, **{"libprof/base/y.c": '#include "base/y.h"\n#include "base/z.h"\nint y(void) {\n  return z();\n}',
                         "libprof/base/z.h": "int z(void);",
                         "libprof/base/z.c": '#include "base/z.h"\n#include "base/x.h"\nint z(void) {\n  return x();\n}'})
    return all(expect(plant(files, check=calls.find_circles), "base/x uses y of base/y") for files in (two, three))


def circle_by_a_variable_or_an_inline_function_is_found():
    files = {"libprof/base/x.h": "extern int many[4];", "libprof/base/x.c": '#include "base/y.h"\nint many[4] = {1};\nint x(void) {\n  return y();\n}',
             "libprof/base/y.h": '#include "base/x.h"\nstatic inline int y(void) {\n  return many[0];\n}'}
    return expect(plant(files, check=calls.find_circles), "base/y uses many of base/x")


def what_only_looks_like_a_call_is_no_circle():
    """A member, a tag, a comment, a string, a static function and another program's function of the same name."""
    files = {"libprof/base/x.h": "int x(void);", "libprof/base/x.c": '#include "base/x.h"\n#include "base/y.h"\nint x(void) {\n  return y();\n}',
             "libprof/base/y.h": "int y(void);\nstruct x { int x; };",
             "libprof/base/y.c": '#include "base/y.h"\n/* x() */ int y(void) {\n  struct x a = {.x = sizeof("x()")};\n  return a.x;\n}',
             "libprof/base/z.c": '#include "base/y.h"\n#include "base/x.h"\nstatic int w(void) {\n  return x();\n}',
             "libprof/model/y.c": "int y(void) {\n  return 1;\n}"}
    return plant(files, check=calls.find_circles) == []


def name_declared_elsewhere_is_found():
    files = {"libprof/base/x.h": "int y(void);", "libprof/base/y.c": '#include "base/x.h"\nint y(void) {\n  return 1;\n}'}
    return expect(plant(files, check=calls.find_strangers), "y is declared in base/x.h but defined in base/y.c")


def tree_has_no_circle_of_calls():
    found = calls.find_circles(ROOT)
    tap.check(not found, "\n".join(found))
    return True


def tree_declares_names_where_it_defines_them():
    found = calls.find_strangers(ROOT)
    tap.check(not found, "\n".join(found))
    return True


def calls_of_the_tree_are_seen():
    """Guards against a check that passes because it sees nothing: some calls that are there."""
    graph = calls.call_graph(calls.read_units(ROOT))
    return ("shim/record/record" in graph["shim/hooks/malloc"] and "shim/sys/next" in graph["shim/hooks/malloc"]
            and "cli/line/message" in graph["cli/commands/top"] | graph["cli/commands/run"])


def only_load_makes_profiles_of_recordings():
    """One way from a recording to a profile: libprof/load. Its own use is seen, so the names are right."""
    for name in ("recording_profile", "recording_read_profile"):
        found = calls.users(ROOT, name)
        tap.check("load/load" in found, f"no use of {name} was seen in load/load")
        others = [unit for unit in found if unit.split("/")[0] not in ("load", "recording")]
        tap.check(not others, f"{name} is used by {', '.join(others)}; load/load.h is the way")
    return True


def use_of_a_name_is_found():
    files = {"libprof/base/x.h": "int x(void);", "libprof/base/x.c": '#include "base/x.h"\nint x(void) {\n  return 1;\n}',
             "libprof/base/y.c": '#include "base/x.h"\nint y(void) {\n  return x();\n}',
             "libprof/base/z.c": 'int z(void) {\n  return 0; /* x() */\n}'}
    return plant(files, check=lambda root: calls.users(root, "x")) == ["base/y"]


def literals_of_one_room_stay_there():
    found = literals.find(ROOT)
    tap.check(not found, "\n".join(found))
    known = (ROOT / "libprof/model/sample_types.c").read_text(encoding="utf-8")
    return literals.RULES[0][1].search(known) is not None


def literal_in_another_room_is_found():
    files = {"libprof/model/m.c": '/* "alloc_space" */\nconst char *a = "alloc_space";', "cli/c.c": 'f("/proc/%d/maps", 1);',
             "libprof/proc/p.c": 'f("/proc/%d/maps", 1);', "cli/d.c": 'f("alloc_spaces");'}
    found = plant(files, check=literals.find)
    return len(found) == 2 and "model/m.c:2" in found[0] and "cli/c.c:1" in found[1]


TESTS = [tree_keeps_to_its_layers, tree_is_read_at_all, tree_has_no_circle_of_calls,
         tree_declares_names_where_it_defines_them, calls_of_the_tree_are_seen, good_tree_passes, upward_include_is_found,
         sideways_include_is_found, include_by_dots_is_found, cli_is_above_all, cycle_is_found,
         self_include_is_found, library_of_another_folder_is_found, library_in_its_folder_passes,
         unknown_folder_is_found, missing_header_is_found, cycle_in_the_table_is_found, room_may_use_what_its_line_names,
         room_may_not_look_up, room_may_not_use_a_folder_that_its_folder_may_not, room_without_a_line_is_found,
         file_beside_the_rooms_is_above_them, circle_of_calls_is_found,
         circle_by_a_variable_or_an_inline_function_is_found, what_only_looks_like_a_call_is_no_circle,
         name_declared_elsewhere_is_found, only_load_makes_profiles_of_recordings, use_of_a_name_is_found,
         literals_of_one_room_stay_there, literal_in_another_room_is_found]


for test in TESTS:
    tap.add(test.__name__.replace("_", " "), lambda test=test: tap.check(test(), "it is not so"))
tap.main()
