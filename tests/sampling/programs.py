#!/usr/bin/env python3
"""How often the intervals of sampled figures hold the truth, on real programs whose exact figures are known.

programs.py N [--document FILE]: each program runs once with --exact, then N times under the default budget. It does the same
each time. A figure is what a function and those that it calls allocated, had at the end or had at the peak: of the ten that
have most, and of ten that have a thousandth to a hundredth of the whole."""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from marks import machine

MEMPROF = os.environ["MEMPROF"]
TYPES = ("alloc_space", "inuse_space", "peak_space")
SOURCE = "#include <regex>\n#include <map>\n#include <string>\nint f(const std::string &s) { std::map<std::string, int> m;" \
         " return std::regex_match(s, std::regex(\"a+b\")) + m[s]; }\n"
SQL = "create table t(a integer primary key, b text, c real);" \
      "with recursive n(i) as (select 1 union all select i+1 from n where i < 60000) insert into t select i, hex(i*7919), i/3.0 from n;" \
      "create index tb on t(b); select count(*), sum(length(b)) from t where b like '%A%'; select b, count(*) from t group by a % 97;"
PYTHON = "import json, re\nd = [{'a': i, 'b': str(i) * 3, 'c': [i] * 5} for i in range(40000)]\ns = json.dumps(d)\n" \
         "e = json.loads(s)\nw = re.findall(r'[0-9]{3}', s)\nprint(len(e), len(w))\n"
REDIS = r"""redis-server --port 0 --unixsocket $PWD/s --save '' --appendonly no >/dev/null &
until redis-cli -s $PWD/s ping >/dev/null 2>&1; do sleep 0.02; done
awk 'BEGIN { value = sprintf("%60s", ""); gsub(/ /, "x", value)
  for (i = 0; i < 60000; i++) {
    printf "SET key:%d %s\r\nHSET h:%d f%d v%d\r\n", i, substr(value, 1, i % 60 + 1), i % 500, i, i
    if (i % 3 == 0) printf "LPUSH l:%d %d\r\n", i % 50, i
    if (i % 4 == 0) printf "DEL key:%d\r\n", i / 2 } }' | redis-cli -s $PWD/s --pipe >/dev/null
redis-cli -s $PWD/s shutdown nosave
wait"""
PROGRAMS = {
    "python3": (["python3", "-c", PYTHON], {"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}),
    "sqlite3": (["sqlite3", ":memory:", SQL], {}),
    "redis": (["sh", "-c", REDIS], {}),
    "g++ (cc1plus)": (["g++", "-std=c++17", "-O1", "-c", "-o", "/dev/null", "source.cpp"], {}),
}


def figures(command, environment, *options):
    """{type: {function: (value, low, high)}}, the whole by '', a function without a sample by None; of the process that allocated
    most."""
    subprocess.run([MEMPROF, "run", "-q", "--no-symbolize", *options, "-o", "p.%n.%p.pb.gz", "--", *command], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    files = sorted(Path(".").glob("p.*.pb.gz"), key=lambda f: f.stat().st_size)
    subprocess.run([MEMPROF, "symbolize", "-q", files[-1]], check=True)
    result = {}
    for sample_type in TYPES:
        report = json.loads(subprocess.run([MEMPROF, "top", "--json", "--all-frames", "--cum", "--sample-index", sample_type, files[-1]],
                                           check=True, capture_output=True).stdout)
        result[sample_type] = {n["name"]: tuple(n["cum"][k] for k in ("value", "low", "high")) for n in report["nodes"]}
        result[sample_type][""] = tuple(report["total"][k] for k in ("value", "low", "high"))
        result[sample_type][None] = (0, 0, report["sampling"].get("unseen", 0))
    for file in files:
        file.unlink()
    return result


def chosen(truth):
    """The functions of a type whose figures are looked at: large ones, and small ones."""
    whole = truth[""][0]
    ranked = sorted((name for name in truth if name is not None), key=lambda name: -truth[name][0])
    small = [name for name in ranked if whole / 1000 <= truth[name][0] <= whole / 100]
    return ranked[:10], small[::max(1, len(small) // 10)][:10]


def row(program, runs):
    command, environment = PROGRAMS[program]
    exact = figures(command, environment, "--exact")
    sampled = [figures(command, environment) for _ in range(runs)]
    cells = [program]
    for sample_type in TYPES:
        parts = []
        for names in chosen(exact[sample_type]):
            held = [low <= exact[sample_type][name][0] <= high for s in sampled for name in names
                    for value, low, high in [s[sample_type].get(name, s[sample_type][None])]]
            parts.append(f"{sum(held) / len(held):.1%} of {len(held)}" if held else "none so small")
        cells.append("; ".join(parts))
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int)
    parser.add_argument("--document")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp()
    here = os.getcwd()
    os.chdir(folder)
    Path("source.cpp").write_text(SOURCE)
    rows = []
    for program in PROGRAMS:
        rows.append(row(program, arguments.runs))
        print(rows[-1], flush=True)
    os.chdir(here)
    shutil.rmtree(folder)
    if arguments.document:
        head, _, _ = Path(arguments.document).read_text().partition("<!-- programs -->\n")
        Path(arguments.document).write_text(f"{head}<!-- programs -->\n\nLast run {machine()}: {arguments.runs} runs of each, figures of large and of small "
                                            f"functions:\n\n| program | {' | '.join(TYPES)} |\n| --- | --- | --- | --- |\n" + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
