"""memprof page --json against the reports: every figure of the page is one that a report prints, too."""

import json
import math
import os
import re
import subprocess
from pathlib import Path

from harness import MEMPROF, case, check, equal, main

GO = os.environ["DATA"] + "/go_heap.pb.gz"
HEADERS = Path(__file__).resolve().parents[2] / "libprof/shim/hooks"
SCRIPT = "import json; d = [{'a': i, 'b': str(i) * 5} for i in range({n})]; print(len(json.loads(json.dumps(d))))"


def memprof(*argv):
    return subprocess.run([MEMPROF, *map(str, argv)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()


def report(*argv):
    return json.loads(memprof(*argv, "--json"))


def record(name, n=20000, *options):
    script = SCRIPT.replace("{n}", str(n))
    memprof("run", "-q", *options, "-o", name, "--", "/usr/bin/python3", "-c", script)
    return name


class Shown(tuple):
    """A figure of the page, (value, low, high, ...): equal to a report's if that has the same value and its ends are a little further in,
    by at most the last digit that is printed. A report's end may be one further out: where sums are added up in another order, they
    may lie on the other side of a whole number."""

    def __eq__(self, other):
        slack = [0, self.slack(1), self.slack(2), *[0] * (len(self) - 3)]
        further_out = [0, -1, -1, *[0] * (len(self) - 3)]
        return len(self) == len(other) and all(further_out[i] <= (theirs - ours) * (-1 if i == 2 else 1) <= slack[i]
                                               for i, (ours, theirs) in enumerate(zip(self, other)))

    def slack(self, i):
        """Ends of a report are whole numbers, rounded outwards."""
        unit = 1
        while abs(self[i]) >= unit * 1023.95:
            unit *= 1024
        return 1 if unit == 1 else unit / 10


def shown(figures, kind, i, *more):
    low, high = figures.get(kind + "_low", figures[kind])[i], figures.get(kind + "_high", figures[kind])[i]
    return Shown((figures[kind][i], math.floor(low), math.ceil(high), *more))


def rows_of(doc, by, kind):
    """By name: the figure (value, low, high) of each row, for each type."""
    table = next(table for table in doc["tables"] if table["by"] == by)
    names = [doc["texts"][name] for name in table["name"]]
    return [{name: shown(figures, kind, i) for i, name in enumerate(names)} for figures in table["figures"]]


def triple(figure):
    """The figure of a report, or of the page, whose ends may have decimals."""
    return figure["value"], math.floor(figure["low"]), math.ceil(figure["high"])


def check_top(path, doc):
    for number, kind in enumerate(doc["types"]):
        top = report("top", "--sample-index=" + kind["type"], path)
        equal(triple(kind["totals"][0]), triple(top["total"]), f"total of {kind['type']}")
        for column in "flat", "cum":
            rows = rows_of(doc, "function", column)[number]
            for node in top["nodes"]:
                if node["flat"]["value"] or node["cum"]["value"]:
                    equal(rows[node["name"]], triple(node[column]), f"{column} of {node['name']}, {kind['type']}")


def paths_of(doc, view, number):
    """By path of names: cum, its interval and flat of each node of a view."""
    figures, paths = view["figures"][number], [()]
    for i in range(1, len(view["name"])):
        paths.append(paths[view["parent"][i]] + (doc["texts"][view["name"][i]],))
    return {path: shown(figures, "cum", i, figures["flat"][i]) for i, path in enumerate(paths)}


def check_tree(path, doc, kind):
    number = [each["type"] for each in doc["types"]].index(kind)
    view = next(view for view in doc["views"] if view["by"] == "function" and not view["inverted"])
    ours, tree = paths_of(doc, view, number), report("tree", "--sample-index=" + kind, path)
    paths, theirs = {0: ()}, {}
    for node in tree["nodes"]:
        paths[node["id"]] = paths[node["parent"]] + (node["name"],)
        theirs[paths[node["id"]]] = (*triple(node["cum"]), node["flat"]["value"])
    total = tree["total"]["value"]
    for path_, figure in theirs.items():
        if figure[0] * 1000 > total:
            equal(ours[path_], figure, f"{kind}: {' > '.join(path_)}")
    for path_, figure in ours.items():
        if path_ and figure[0]:
            equal(figure, theirs[path_], f"{kind}: {' > '.join(path_)}, which the page has")


@case("functions are those of memprof top, nodes those of memprof tree: sampled, calibrated, all types")
def _():
    path = record("sampled.pb.gz")
    doc = report("page", path)
    check(not doc["profiles"][0]["sampling"]["exact"], "the profile is not sampled: nothing is shown")
    check_top(path, doc)
    for kind in doc["types"]:
        check_tree(path, doc, kind["type"])


@case("the same of an exact profile, and of Go's")
def _():
    for path in record("exact.pb.gz", 2000, "--exact"), GO:
        doc = report("page", path)
        check_top(path, doc)
        for kind in doc["types"]:
            check_tree(path, doc, kind["type"])


@case("a profile of run --advise has memprof advise's items, and no weights among its figures")
def _():
    memprof("run", "-q", "--advise", "--exact", "-o", "advised.pb.gz", "--", os.environ["LIVES"], 20000)
    doc, items = report("page", "advised.pb.gz"), report("advise", "advised.pb.gz")["items"]
    check(items, "there is no advice to show")
    equal(doc["advice"], items, "advice")
    types = [kind["type"] for kind in doc["types"]]
    check("temporary_objects" in types and "freed_objects" in types, f"{types}")
    check(not any(kind.startswith("history_") for kind in types), f"{types}")
    check("advice" not in report("page", record("plain.pb.gz", 200)), "advice without histories")


@case("Go's profile has go tool pprof's figures")
def _():
    for number, kind in enumerate(report("page", GO)["types"]):
        doc = report("page", "--all-frames", GO)
        shown = subprocess.run(["go", "tool", "pprof", "-top", "-nodecount=100000", "-nodefraction=0", "-unit=B", "-symbolize=none",
                                "-sample_index=" + kind["type"], GO], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        flats, cums = (rows_of(doc, "function", column)[number] for column in ("flat", "cum"))
        found = re.findall(r"^\s*(\d+)B?\s+\S+\s+\S+\s+(\d+)B?\s+\S+\s+(.+?)(?: \(inline\))?$", shown, re.MULTILINE)
        check(len(found) > 5, shown)
        for flat, cum, name in found:
            equal((flats[name][0], cums[name][0]), (int(flat), int(cum)), f"{name}, {kind['type']}")


@case("every view adds up: a node is its own figure, its children's and a rest that is not negative")
def _():
    doc = report("page", record("sampled.pb.gz"))
    # Where libc's debug information is installed, its blocks have types.
    equal({(view["by"], view["inverted"]) for view in doc["views"] if view["by"] != "type"},
          {(by, inverted) for by in ("function", "line", "file", "module") for inverted in (False, True)}, "views")
    for view in doc["views"]:
        for figures in view["figures"]:
            rest = [cum - flat for cum, flat in zip(figures["cum"], figures["flat"])]
            for i in range(1, len(view["name"])):
                check(view["parent"][i] < i, "a parent stands behind its child")
                rest[view["parent"][i]] -= figures["cum"][i]
            check(min(rest) >= 0, f"{view['by']}: children have more than their caller")
    totals = [{figures["cum"][0] for figures in [view["figures"][0]]} for view in doc["views"]]
    check(all(each == totals[0] for each in totals), f"views differ in their totals: {totals}")


@case("the inverted view's first frames are the functions with their own figures")
def _():
    doc = report("page", record("sampled.pb.gz"))
    view = next(view for view in doc["views"] if view["by"] == "function" and view["inverted"])
    flat = rows_of(doc, "function", "flat")[1]
    first = {path[0]: figure for path, figure in paths_of(doc, view, 1).items() if len(path) == 1}
    check(len(first) > 10, "hardly any frames")
    for name, figure in first.items():
        if figure[0]:
            equal(figure[:3], flat[name], name)
    table = doc["tables"][0]
    names = [doc["texts"][name] for name in table["name"]]
    calls = {(names[caller], names[callee]) for caller, callee in zip(table["caller"], table["callee"])}
    pairs = {pair for path in paths_of(doc, view, 1) for pair in zip(path[1:], path) if pair[0] != pair[1]}
    check(len(pairs) > 50, "hardly any callers")
    equal(pairs - calls, set(), "callers above their callees")


@case("callers and callees are those of memprof peek; sizes add up to the total")
def _():
    path = record("sampled.pb.gz")
    doc = report("page", path)
    number = [each["type"] for each in doc["types"]].index("alloc_space")
    table = doc["tables"][0]
    names = [doc["texts"][name] for name in table["name"]]
    name = max(names, key=lambda each: rows_of(doc, "function", "cum")[number][each][0] * (each != "_start"))
    node = report("peek", f"^{re.escape(name)}$", path)["nodes"][0]
    for here, there, key in ("callee", "caller", "callers"), ("caller", "callee", "callees"):
        ours = {names[table[there][i]]: weight for i, weight in enumerate(table["weights"][number])
                if names[table[here][i]] == name and weight}
        equal(ours, {each["name"]: each["weight"]["value"] for each in node[key]}, f"{key} of {name}")
    sizes = next(table for table in doc["tables"] if table["by"] == "size")
    for i, kind in enumerate(doc["types"]):
        equal(sum(sizes["figures"][i]["flat"]), kind["totals"][0]["value"], f"sizes of {kind['type']}")


@case("a difference has the changes of memprof diff, of functions and along the tree")
def _():
    base, new = record("base.pb.gz"), record("new.pb.gz", 30000)
    doc = report("page", base, new)
    table = doc["tables"][0]
    names = [doc["texts"][name] for name in table["name"]]
    for number, kind in enumerate(doc["types"]):
        diff = report("diff", "--unchanged", "--sample-index=" + kind["type"], base, new)
        figures = table["figures"][number]
        for change in diff["functions"]:
            i = names.index(change["name"])
            equal((figures["base_flat"][i], figures["flat"][i]), (change["base"]["value"], change["new"]["value"]), change["name"])
            value, low, high = triple(change["delta"])
            equal(Shown((value, math.floor(figures["flat_low"][i]), math.ceil(figures["flat_high"][i]))), (value, low, high), f"interval of {change['name']}")
        root = doc["views"][0]["figures"][number]
        equal((root["base_cum"][0], root["cum"][0]), (diff["total"]["base"]["value"], diff["total"]["new"]["value"]), "the root")
        delta = triple(diff["total"]["delta"])
        equal(Shown((delta[0], math.floor(root["cum_low"][0]), math.ceil(root["cum_high"][0]))), delta, "the root's interval")


@case("threads and tags are those of memprof top --by and memprof tree --by")
def _():
    program = "import threading\ndef work(n): return [bytes(n) for _ in range(300)]\n"
    program += "for i in range(3):\n t = threading.Thread(target=work, args=(5000 * (i + 1),)); t.start(); t.join()"
    memprof("run", "-q", "--threads", "-o", "threads.pb.gz", "--", "/usr/bin/python3", "-c", program)
    doc = report("page", "threads.pb.gz")
    number = [each["type"] for each in doc["types"]].index("alloc_space")
    top = report("top", "--by", "thread", "--alloc", "threads.pb.gz")
    check(len(top["nodes"]) >= 3, f"{len(top['nodes'])} threads")
    rows = rows_of(doc, "thread", "flat")[number]
    equal(rows, {node["name"]: triple(node["flat"]) for node in top["nodes"]}, "threads")
    view = next(view for view in doc["views"] if view["by"] == "thread")
    first = {path[0]: Shown(figure[:3]) for path, figure in paths_of(doc, view, number).items() if len(path) == 1}
    equal(first, {name: figure for name, figure in rows.items() if name in first}, "the view's first frames")
    below = {path for path in paths_of(doc, view, number) if len(path) == 2}
    check(below, "there is nothing below the threads")
    check(not any(table["by"] == "tag" for table in doc["tables"]), "a table of tags, of which there are none")
    tagged = report("page", record_tagged())
    equal(rows_of(tagged, "tag", "flat")[number]["request=GET"][0], 70000, "what the tag has")


def record_tagged():
    """A program that names its work, by memprof.h."""
    Path("tagged.c").write_text("""#include <memprof.h>
#include <stdlib.h>
int main(void) { memprof_tag_push("request", "GET"); return malloc(70000) == NULL; }
""")
    subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", "-I", HEADERS, "tagged.c", "-o", "tagged"], check=True)
    memprof("run", "-q", "--exact", "-o", "tagged.pb.gz", "--", "./tagged")
    return "tagged.pb.gz"


@case("sources come from the working folder and --source-path alone; --confidential leaves out them and command lines")
def _():
    Path("inner").mkdir()
    Path("inner/leak.c").write_text("#include <stdlib.h>\nvoid *secret_line(void) { return malloc(64); }\nint main(void) { return !secret_line(); }\n")
    subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", os.path.abspath("inner/leak.c"), "-o", "leak"], check=True)
    memprof("run", "-q", "--exact", "-o", "leak.pb.gz", "--", "./leak", "argument-of-mine")
    quoted = "void *secret_line(void) { return malloc(64); }"
    check(quoted in report("page", "leak.pb.gz")["texts"], "the working folder's source is not quoted")
    check(quoted not in report("page", "--confidential", "leak.pb.gz")["texts"], "--confidential quotes a source")
    check("argument-of-mine" not in json.dumps(report("page", "--confidential", "leak.pb.gz")), "--confidential has the command line")
    there = os.getcwd()
    os.makedirs("elsewhere")
    os.chdir("elsewhere")
    check(quoted not in report("page", "../leak.pb.gz")["texts"], "a source outside the working folder is quoted")
    check(quoted in report("page", "--source-path", there, "../leak.pb.gz")["texts"], "--source-path is not searched")


@case("a page is one file; run --page writes it beside the profile")
def _():
    memprof("run", "-q", "--exact", "-o", "p.pb.gz", "--page", "p.html", "--", "/usr/bin/python3", "-c", "x = [bytes(5000)]")
    text = Path("p.html").read_text()
    check(text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n"), "it is no page")
    check("default-src 'none'" in text and "connect-src" not in text, "its policy")
    equal(re.findall(r'(?:src|href)="([^"]*)"', text), ["data:,"], "what it refers to")
    memprof("page", "p.pb.gz", "-o", "q.html")
    equal(Path("q.html").read_text(), text, "memprof page of that profile")


main()
