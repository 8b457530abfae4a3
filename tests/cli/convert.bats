#!/usr/bin/env bats
# Other tools' formats. The figures are those of the table in make_profiles.c.
load helpers

@test "folded: one line a stack, root first" {
  run -0 memprof convert --to=folded "$P/shop.pb.gz"
  same "$(sort <<<"$output")" "main 64
main;load;index 4194304
main;parse 10240
main;parse;parse 512"
  run -0 memprof convert --to=folded --sample-index=inuse_objects "$P/shop.pb.gz"
  same "$(sort <<<"$output")" "main 2
main;load;index 2
main;parse 5"
}

@test "folded: a name cannot end a frame or a line" {
  run -0 memprof convert --to=folded "$P/hostile.pb.gz"
  same "${#lines[@]}" 6
  says 'semi,colon,"quote" 32'
}

@test "csv: quoted as RFC 4180 says, all figures" {
  memprof convert --to=csv "$P/hostile.pb.gz" >"$P/x.csv"
  python3 - "$P/x.csv" <<'EOF'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8")))
assert rows[0] == ["alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes",
                   "peak_objects/count", "peak_space/bytes", "labels", "stack"], rows[0]
assert len(rows) == 7 and all(len(r) == 8 for r in rows), rows
assert rows[6] == ["1", "32", "1", "32", "1", "32", "bytes=32", 'semi,colon,"quote"'], rows[6]
EOF
}

@test "csv: a name that a spreadsheet would take for a formula is text" {
  python3 - "$P/formula.pb.gz" <<'EOF'
import gzip, sys
# profile.proto: sample_type 1, sample 2, location 4, function 5, string_table 6.
def field(n, data): return bytes([n << 3 | 2, len(data)]) + data
def number(n, value): return bytes([n << 3, value])
names = [b"", b"alloc_space", b"bytes", b"=1+1", b"+1", b"-1", b"@a", b"plain"]
out = field(1, number(1, 1) + number(2, 2))
for i in range(3, len(names)):
    out += field(2, number(1, i) + number(2, 1)) + field(4, number(1, i) + field(4, number(1, i))) + field(5, number(1, i) + number(2, i))
open(sys.argv[1], "wb").write(gzip.compress(out + b"".join(field(6, n) for n in names)))
EOF
  same "$(memprof convert --to=csv "$P/formula.pb.gz" | tr -d '\r' | cut -d, -f3)" $'stack\n\'=1+1\n\'+1\n\'-1\n\'@a\nplain'
}

@test "speedscope: what its schema requires, and the right weights" {
  memprof convert --to=speedscope "$P/shop.pb.gz" >"$P/s.json"
  python3 - "$P/s.json" <<'EOF'
import json, sys
# The rules of file-format-schema.json of speedscope 1.25 for "sampled" profiles.
d = json.load(open(sys.argv[1]))
assert d["$schema"] == "https://www.speedscope.app/file-format-schema.json"
assert set(d) <= {"$schema", "shared", "profiles", "name", "activeProfileIndex", "exporter"}
frames = d["shared"]["frames"]
for f in frames:
    assert set(f) <= {"name", "file", "line", "col"} and isinstance(f["name"], str)
assert 0 <= d["activeProfileIndex"] < len(d["profiles"])
for p in d["profiles"]:
    assert set(p) == {"type", "name", "unit", "startValue", "endValue", "samples", "weights"}
    assert p["type"] == "sampled" and p["unit"] in ("none", "bytes")
    assert len(p["samples"]) == len(p["weights"]) and p["endValue"] - p["startValue"] == sum(p["weights"])
    assert all(0 <= i < len(frames) for s in p["samples"] for i in s)
by_name = {p["name"]: p for p in d["profiles"]}
def stacks(p):
    return {";".join(frames[i]["name"] for i in s): w for s, w in zip(p["samples"], p["weights"])}
assert stacks(by_name["alloc_space"]) == {"main;parse": 10240, "main;parse;parse": 512,
                                          "main;load;index": 4194304, "main": 64}
assert by_name["alloc_space"]["unit"] == "bytes" and by_name["alloc_objects"]["unit"] == "none"
assert stacks(by_name["inuse_objects"]) == {"main;parse": 5, "main;load;index": 2, "main": 2}
assert d["profiles"][d["activeProfileIndex"]]["name"] == "alloc_space"
EOF
}

@test "speedscope: a function is one frame, and equal callers are neighbours" {
  # The same code at other addresses and lines, and in another order.
  memprof merge -o "$P/both.pb.gz" "$P/shop.pb.gz" "$P/shop2.pb.gz" "$P/hostile.pb.gz"
  memprof convert --to=speedscope "$P/both.pb.gz" >"$P/s.json"
  python3 - "$P/s.json" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
frames = [(f["name"], f.get("file")) for f in d["shared"]["frames"]]
assert len(set(frames)) == len(frames), frames
for p in d["profiles"]:
    samples = [tuple(s) for s in p["samples"]]
    assert len(set(samples)) == len(samples), samples
    for depth in range(1, max(map(len, samples)) + 1):
        prefixes = [s[:depth] for s in samples if len(s) >= depth]
        runs = [b for a, b in zip([None, *prefixes], prefixes) if a != b]
        assert len(set(runs)) == len(runs), f"{p['name']}: pieces at depth {depth}: {runs}"
EOF
}

@test "dhat: lifetimes, command and pid" {
  memprof convert --to=dhat "$P/life.pb.gz" >"$P/d.json"
  python3 - "$P/d.json" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
assert (d["cmd"], d["pid"]) == ("./shop --fast 'a b'", 4711), d
assert "lifetimes are those of freed blocks" in d["mode"], d["mode"]
(point,) = d["pps"]
# 2 ms of 3 freed blocks; "tu" is a microsecond.
assert point["tl"] == 2000 and d["tu"] == "\u00b5s", point
EOF
  memprof convert --to=dhat "$P/shop.pb.gz" | jq -e '.pid == 0 and (.mode | contains("(lifetimes,"))' >/dev/null
}

@test "dhat: what dh_view.html checks, and the right figures" {
  memprof convert --to=dhat "$P/shop.pb.gz" >"$P/d.json"
  python3 - "$P/d.json" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
for k in "dhatFileVersion mode verb bklt bkacc tu Mtu cmd pid te tg tuth pps ftbl".split():
    assert k in d, k
assert d["dhatFileVersion"] == 2 and d["ftbl"][0] == "[root]"
seen = set()
for p in d["pps"]:
    for k in "tb tbk tl mb mbk gb gbk eb ebk".split():
        assert isinstance(p[k], int), k
    assert all(0 < i < len(d["ftbl"]) for i in p["fs"])
    assert tuple(p["fs"]) not in seen, "dh_view.js refuses a repeated stack"
    seen.add(tuple(p["fs"]))
(index,) = [p for p in d["pps"] if "index" in d["ftbl"][p["fs"][0]]]
assert (index["tb"], index["tbk"], index["gb"], index["gbk"], index["eb"], index["ebk"]) == \
    (4 << 20, 4, 3 << 20, 3, 2 << 20, 2), index
assert [d["ftbl"][i].split(": ")[1].split(" ")[0] for i in index["fs"]] == ["index", "load", "main"]
EOF
}

@test "dhat: valgrind's own viewer builds its tree from it" {
  viewer=/usr/libexec/valgrind/dh_view.js
  [ -e "$viewer" ] && command -v node >/dev/null || skip "valgrind or node is not installed"
  for name in shop hostile sampled wide; do
    memprof convert --to=dhat "$P/$name.pb.gz" >"$P/d.json"
    node - "$viewer" "$P/d.json" >"$P/total" <<'EOF'
const fs = require("fs"), vm = require("vm");
// A document that answers anything: only the tree is of interest.
const any = new Proxy(function () {}, {
  get: (t, k) => k === Symbol.toPrimitive ? () => 0 : k === Symbol.iterator ? function* () {} : any,
  apply: () => any, construct: () => any, set: () => true, has: () => true });
const context = vm.createContext({ document: any, window: any, console, Intl, performance: any, location: any,
                                   json: fs.readFileSync(process.argv[3], "utf8") });
vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), context);
vm.runInContext("gSelect = { childNodes: gSelectData.map(() => ({})), selectedIndex: 0 }; gData = JSON.parse(json); buildTree();", context);
console.log(vm.runInContext("gRoot._totalBytes", context));
EOF
    same "$(cat "$P/total")" "$(memprof top --json --sample-index=alloc_space "$P/$name.pb.gz" | jq .total.value)"
  done
}

@test "pprof: lossless, and go tool pprof reads it" {
  memprof convert --to=pprof -o "$P/again.pb.gz" "$P/shop.pb.gz"
  same "$(memprof convert --to=text "$P/again.pb.gz")" "$(memprof convert --to=text "$P/shop.pb.gz")"
  same "$(go tool pprof -raw "$P/again.pb.gz" 2>/dev/null)" "$(go tool pprof -raw "$P/shop.pb.gz" 2>/dev/null)"
}

@test "text: everything there is" {
  run -0 memprof convert --to=text "$P/shop.pb.gz"
  says "drop_frames: malloc|operator new.*"
  says "comment: command: ./shop"
  says "mapping: 0x400000-0x500000 offset 0x0 /usr/bin/shop build-id deadbeef"
}

@test "--to is asked for" {
  fails_with "convert needs --to=FORMAT" memprof convert "$P/shop.pb.gz"
}

@test "a profile does not go to a terminal" {
  command -v script >/dev/null || skip "script(1) is not installed"
  run -2 script -qec "$MEMPROF convert --to=pprof $P/shop.pb.gz" /dev/null
  says "write it to a file: -o FILE"
}
