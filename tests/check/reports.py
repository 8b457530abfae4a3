#!/usr/bin/env python3
"""The reports for build servers, read by others: SARIF by its schema, JUnit XML by xmllint and junitparser, Markdown by
GitHub's own renderer, annotations and GitLab's report by what their documentation says. `check` and `leaks` share them."""

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from html import unescape
from pathlib import Path

import jsonschema
from junitparser import Error, Failure, JUnitXml, Skipped

from harness import MEMPROF, case, check, equal, main, run

SCHEMA = json.loads((Path(__file__).parent / "data/sarif-2.1.0-rtm.5.json").read_text())
FORMATS = ["--sarif", "s.json", "--junit", "j.xml", "--markdown", "m.md", "--gitlab", "g.json"]


def profiles():
    """shop2 has 2 MiB more than shop, in index < load < main; hostile has names that mean harm."""
    run([os.environ["MAKE_PROFILES"], "."])


def grown():
    profiles()
    return run([MEMPROF, "check", *FORMATS, "--base", "shop.pb.gz", "shop2.pb.gz"], status=1)


def all_well_formed():
    """Each file by its reader; the parsed documents."""
    sarif, gitlab = json.loads(Path("s.json").read_text()), json.loads(Path("g.json").read_text())
    jsonschema.Draft4Validator(SCHEMA).validate(sarif)
    run(["xmllint", "--noout", "j.xml"])
    junit = JUnitXml.fromfile("j.xml")
    html = run(["cmark-gfm", "--unsafe", "-e", "table", "m.md"]).stdout.decode()
    check_gitlab(gitlab)
    return sarif, list(junit), gitlab, html


def check_gitlab(entries):
    # docs.gitlab.com/ci/testing/code_quality: these fields, a unique fingerprint, a severity of five.
    for entry in entries:
        equal(sorted(entry), ["check_name", "description", "fingerprint", "location", "severity"], "fields")
        check(entry["severity"] in ("info", "minor", "major", "critical", "blocker"), entry["severity"])
        check(entry["location"]["path"] and entry["location"]["lines"]["begin"] >= 1, entry["location"])
    equal(len({entry["fingerprint"] for entry in entries}), len(entries), "fingerprints")


def results_of(suite):
    return {c.name: (type(c.result[0]) if c.result else None) for c in suite}


@case("SARIF: valid by the schema; results have rule, place, stacks and fingerprint")
def sarif():
    grown()
    document = all_well_formed()[0]
    results = document["runs"][0]["results"]
    found = next(r for r in results if r["message"]["text"].startswith("Bytes allocated, index:") or
                 r["message"]["text"].startswith("Bytes allocated, load:"))
    equal((found["ruleId"], found["kind"], found["level"]), ("alloc_space", "fail", "error"), "result")
    names = [f["location"]["message"]["text"] for f in found["stacks"][0]["frames"]]
    equal(names, ["index", "load", "main"], "stack")
    rules = {r["id"] for r in document["runs"][0]["tool"]["driver"]["rules"]}
    check(all(r["ruleId"] in rules for r in results), "a result without its rule")
    fingerprints = [r["partialFingerprints"]["memprof/v1"] for r in results]
    equal(len(set(fingerprints)), len(results), "fingerprints")
    run([MEMPROF, "check", *FORMATS, "--base", "shop.pb.gz", "shop2.pb.gz"], status=1)
    again = [r["partialFingerprints"]["memprof/v1"] for r in json.loads(Path("s.json").read_text())["runs"][0]["results"]]
    equal(again, fingerprints, "fingerprints of another run")


@case("JUnit XML: a suite a profile, a test case a limit, with the counts that its reader finds")
def junit():
    profiles()
    run([MEMPROF, "check", *FORMATS, "--base", "shop.pb.gz", "shop2.pb.gz", "shop.pb.gz"], status=1)
    suites = all_well_formed()[1]
    equal([s.name for s in suites], ["shop2.pb.gz", "shop.pb.gz"], "suites")
    for suite in suites:
        results = results_of(suite)
        equal(len(results), len(list(suite)), "names that differ")
        counts = (len(results), sum(r is Failure for r in results.values()), sum(r is Skipped for r in results.values()),
                  sum(r is Error for r in results.values()))
        equal(counts, (suite.tests, suite.failures, suite.skipped, suite.errors), "counts")
    equal(results_of(suites[0])["alloc_space growth, whole program"], Failure, "growth")
    equal(results_of(suites[0])["inuse_objects growth, each site"], None, "live objects of each site")
    equal(suites[1].failures, 0, "failures of the same")


@case("Markdown: a table that GitHub's renderer shows as one, and folded stacks")
def markdown():
    grown()
    html = all_well_formed()[3]
    rows = re.findall(r"<tr>\n<td>:x:</td>\n<td>(.*?)</td>\n<td>(.*?)</td>", html)
    check(("shop2.pb.gz", "Bytes allocated, whole program: from 4.0 MiB to 6.0 MiB, +2.0 MiB (+49.9%); the limit is +4.0 KiB")
          in rows, rows)
    check("<details><summary>alloc_space growth, whole program</summary>" in unescape(html), html)
    check(html.count("<details>") == html.count("</details>") > 0, "folds")


@case("GitLab: an entry for what failed, and none for what did not")
def gitlab():
    grown()
    entries = all_well_formed()[2]
    check(any("Bytes allocated, whole program" in e["description"] for e in entries), entries)
    run([MEMPROF, "check", *FORMATS, "--base", "shop.pb.gz", "shop.pb.gz"])
    equal(json.loads(Path("g.json").read_text()), [], "entries")


def commands(text):
    """GitHub's workflow commands in a log: [(properties, message)]."""
    def unescape(s, also=""):
        for code in ("0D", "0A", *([also] if also else [])):
            s = s.replace("%" + code, chr(int(code, 16)))
        return s.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    found = re.findall(r"^::error (.*?)::(.*)$", text, re.MULTILINE)
    return [(dict(p.split("=", 1) for p in props.split(",")), unescape(message)) for props, message in found]


@case("GitHub: annotations and the step's summary where GITHUB_ACTIONS is true, else nothing")
def github():
    profiles()
    argv = [MEMPROF, "check", "--base", "shop.pb.gz", "shop2.pb.gz"]
    Path("summary").write_text("before\n")
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": os.path.abspath("summary"),
                   "GITHUB_WORKSPACE": os.getcwd()}
    found = commands(run(argv, env=environment, status=1).stdout.decode())
    properties, message = found[0]
    equal(sorted(properties), ["file", "line", "title"], "properties")
    check(not properties["file"].startswith("/"), properties)
    check("Bytes allocated, whole program" in message, message)
    summary = Path("summary").read_text()
    check(summary.startswith("before\n### memprof check\n"), summary)
    plain = run(argv, env={"GITHUB_ACTIONS": ""}, status=1).stdout
    check(b"::error" not in plain, plain)


@case("names that mean harm break no format and no command")
def hostile():
    profiles()
    Path("b.yaml").write_text("version: 1\nlimits:\n  - {metric: alloc_space, each: site, max: 0}\n")
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "", "GITHUB_WORKSPACE": os.getcwd()}
    done = run([MEMPROF, "check", *FORMATS, "--budget", "b.yaml", "hostile.pb.gz"], env=environment, status=1)
    html = all_well_formed()[3]
    check("<script" not in html.lower() and "<img" not in html.lower(), html)
    check("\x1b" not in done.stdout.decode(errors="surrogateescape"), done.stdout)
    lines = [l for l in done.stdout.decode(errors="replace").splitlines() if l.startswith("::")]
    entries = json.loads(Path("g.json").read_text())
    equal(len(lines), len(entries), "commands")
    for text in (Path("m.md").read_bytes(), Path("j.xml").read_bytes()):
        check(b"\x1b" not in text, "an escape character")
    ElementTree.parse("j.xml")


EVIL = r"""
#include <stdlib.h>
__attribute__((noinline, noclone)) void evil(size_t n) __asm__("\"<img src=x>|`%0A::error::*_&]]>\"");
void evil(size_t n) { *(volatile char *)malloc(n) = 1; }
int main(void) { evil(77); return 0; }
"""


@case("a function named with what the formats' own marks are made of is text in all of them")
def evil():
    Path("evil.c").write_text(EVIL)
    run(["gcc", "-O1", "-fno-builtin", "evil.c", "-o", "evil"])
    name = "<img src=x>|`%0A::error::*_&]]>"
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "", "GITHUB_WORKSPACE": os.getcwd()}
    done = run([MEMPROF, "check", *FORMATS, "--", "./evil"], env=environment, status=1)
    document, suites, entries, html = all_well_formed()
    frames = document["runs"][0]["results"][0]["stacks"][0]["frames"]
    equal(frames[0]["location"]["message"]["text"], name, "SARIF")
    failure = next(c.result[0] for c in suites[0] if c.result)
    check(name in failure.text, failure.text)
    check("<img" not in html and name in unescape(html), html)
    check(len(re.findall(r"<tr>", html)) == 2 and len(re.findall(r"<td>", html)) == 4, html)
    lines = [line for line in done.stderr.decode().splitlines() if line.startswith("::")]
    equal(len(lines), len(entries), "commands")
    Path("p.yaml").write_text("version: 1\nlimits:\n  - {metric: definite_space, each: site, max: 0}\n")
    done = run([MEMPROF, "check", "--markdown", "m.md", "--budget", "p.yaml", "--", "./evil"], env=environment, status=1)
    message = commands(done.stderr.decode())[0][1]
    check(f"Bytes definitely lost, {name}: 77 B" in message, message)
    html = run(["cmark-gfm", "--unsafe", "-e", "table", "m.md"]).stdout.decode()
    check(f"<td>Bytes definitely lost, {name}: 77 B" in unescape(html), html)


SOURCE = r"""
#include <stdlib.h>
__attribute__((noinline)) void lose(size_t n) { *(volatile char *)malloc(n) = 1; }
int main(int argc, char **argv) {
  if (argc > 1)
    lose(4321);
  if (argc > 2) {
    void *volatile p = malloc(8);
    free(p);
    free(p);
  }
  return 0;
}
"""


@case("leaks: the same formats, on the allocating line; no leak is a test that passed")
def leaks():
    Path("prog.c").write_text(SOURCE)
    run(["gcc", "-g", "-O1", "-fno-builtin", "prog.c", "-o", "prog"])
    line = 1 + next(i for i, text in enumerate(SOURCE.splitlines()) if "lose(size_t" in text)
    run([MEMPROF, "leaks", *FORMATS, "./prog", "1"], status=23)
    document, suites, entries, html = all_well_formed()
    place = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    equal((place["artifactLocation"]["uri"], place["region"]["startLine"]), ("prog.c", line), "place")
    equal(results_of(suites[0]), {"definite, lose": Failure}, "test cases")
    equal((entries[0]["location"]["path"], entries[0]["location"]["lines"]["begin"]), ("prog.c", line), "place")
    check("4321 bytes in 1 block is definitely lost, allocated in lose" in html, html)
    run([MEMPROF, "leaks", *FORMATS, "./prog"])
    document, suites, entries, html = all_well_formed()
    equal((document["runs"][0]["results"], results_of(suites[0]), entries), ([], {"no leaks": None}, []), "without leaks")


@case("leaks: a wrong free is a finding")
def wrong_free():
    Path("prog.c").write_text(SOURCE)
    run(["gcc", "-g", "-O1", "-fno-builtin", "-w", "prog.c", "-o", "prog"])
    run([MEMPROF, "leaks", *FORMATS, "./prog", "1", "2"], status=None)
    document = all_well_formed()[0]
    rules = [r["ruleId"] for r in document["runs"][0]["results"]]
    check("wrong_free" in rules, rules)


@case("a report on standard output is alone there")
def alone():
    profiles()
    done = run([MEMPROF, "check", "--sarif", "-", "--base", "shop.pb.gz", "shop2.pb.gz"], status=1,
               env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": ""})
    equal(json.loads(done.stdout)["version"], "2.1.0", "SARIF")
    check(b"::error" in done.stderr and b"FAILED" in done.stderr, done.stderr)


@case("what could not be written is an error")
def unwritable():
    profiles()
    for option in ("--sarif", "--junit", "--markdown", "--gitlab"):
        done = run([MEMPROF, "check", option, "no/such/folder", "--base", "shop.pb.gz", "shop.pb.gz"], status=2)
        check(b"no/such/folder" in done.stderr, done.stderr)
        done = run([MEMPROF, "check", option, "/dev/full", "--base", "shop.pb.gz", "shop2.pb.gz"], status=2)


main()
