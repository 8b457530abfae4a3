#!/usr/bin/env bats
# The text reports. The right figures follow from the table in make_profiles.c:
# alloc_space: parse 10*1024 + 512 = 10752, index 4 MiB = 4194304, main 2*32 = 64; total 4205120.
load helpers

# The figures of a table row whose name is $1, from $output.
row() { awk -v n="$1" '$NF == n { $NF = ""; sub(/ +$/, ""); print }' <<<"$output"; }

@test "top: the figures of a known profile" {
  run -0 memprof top --unit=B "$P/shop.pb.gz"
  says "Type: alloc_space"
  says "Total: 4205120 B (exact)"
  same "$(row index)" "4194304 B 99.74% 99.74% 4194304 B 99.74%"
  same "$(row parse)" "10752 B 0.26% 100.00% 10752 B 0.26%"
  same "$(row main)" "64 B 0.00% 100.00% 4205120 B 100.00%"
  same "$(row load)" "0 B 0% 100.00% 4194304 B 99.74%"
  # drop_frames hides malloc; recursion in parse counts once in cum.
  same "$(row malloc)" ""
}

@test "top: each figure by name, by number and by pprof's default" {
  for pair in alloc_objects=17 inuse_objects=9 peak_objects=14 alloc_space=4205120 \
    inuse_space=2102336 peak_space=3154496; do
    run -0 memprof top --unit=B --sample-index="${pair%=*}" "$P/shop.pb.gz"
    [[ $output =~ Total:\ ${pair#*=}(\ B)?\ \(exact\) ]] || { echo "$pair: $output"; false; }
  done
  same "$(memprof top --sample-index=3 "$P/shop.pb.gz")" "$(memprof top --sample-index=inuse_space "$P/shop.pb.gz")"
  fails_with "no sample type 'cpu'; it has alloc_objects, alloc_space, inuse_objects" \
    memprof top --sample-index=cpu "$P/shop.pb.gz"
}

@test "a folder stands for the sum of its profiles" {
  mkdir -p "$P/folder/empty"
  cp "$P/shop.pb.gz" "$P/folder/one.pb.gz"
  cp "$P/shop.pb.gz" "$P/folder/two.pb.gz"
  : >"$P/folder/being_written.pb.gz"
  echo text >"$P/folder/notes.txt"
  run -0 memprof top --unit=B "$P/folder"
  says "Total: 8410240 B (exact)" # twice 4205120
  same "$(row index)" "8388608 B 99.74% 99.74% 8388608 B 99.74%"
  fails_with "$P/folder/empty: no profile (*.pb.gz) in this folder; make some: memprof run" \
    memprof top "$P/folder/empty"
  echo text >"$P/folder/bad.pb.gz"
  fails_with "$P/folder/bad.pb.gz: not a pprof profile" memprof top "$P/folder"
}

@test "top: human units" {
  run -0 memprof top "$P/shop.pb.gz"
  same "$(row index)" "4.0 MiB 99.74% 99.74% 4.0 MiB 99.74%"
  same "$(row parse)" "10.5 KiB 0.26% 100.00% 10.5 KiB 0.26%"
}

@test "top: -n, --cum, --lines, --files, --addresses" {
  run -0 memprof top -n 1 "$P/shop.pb.gz"
  says "Showing 1 of 4 nodes, 99.74% of the total"
  same "$(row index)" "4.0 MiB 99.74% 99.74% 4.0 MiB 99.74%"
  same "$(row parse)" ""
  run -0 memprof top --cum "$P/shop.pb.gz"
  same "$(awk '/^ *flat/ { getline; print $NF }' <<<"$output")" main
  run -0 memprof top --unit=B --lines "$P/shop.pb.gz"
  same "$(row "$P/src/parse.c:12" | sed 's/ parse$//')" "10240 B 0.24% 99.99% 10240 B 0.24%"
  run -0 memprof top --unit=B --files "$P/shop.pb.gz"
  same "$(row index.h)" "4194304 B 99.74% 99.74% 4194304 B 99.74%"
  run -0 memprof top --unit=B --addresses "$P/shop.pb.gz"
  says "0000000000401010 parse $P/src/parse.c:12"
}

@test "filters: focus, ignore, hide, show, tagfocus" {
  run -0 memprof top --unit=B --focus=parse "$P/shop.pb.gz"
  says "Total: 10752 B"
  run -0 memprof top --unit=B --ignore=parse "$P/shop.pb.gz"
  says "Total: 4194368 B"
  run -0 memprof top --unit=B --hide='^index$' "$P/shop.pb.gz"
  same "$(row load)" "4194304 B 99.74% 99.74% 4194304 B 99.74%"
  run -0 memprof top --unit=B --show='^main$' "$P/shop.pb.gz"
  same "$(row main)" "4205120 B 100.00% 100.00% 4205120 B 100.00%"
  run -0 memprof top --unit=B --tagfocus=1kb:2mb "$P/shop.pb.gz"
  says "Total: 4204544 B"
  run -0 --separate-stderr memprof top --focus=nowhere "$P/shop.pb.gz"
  same "$stderr" "memprof: --focus=nowhere matched nothing"
  fails_with "--focus" memprof top '--focus=(' "$P/shop.pb.gz"
}

@test "sampled figures carry the interval of their number of samples" {
  # 51250 objects of p = 1 - exp(-1025/524288) are 100 samples. A Poisson count of 100 has the exact interval 81.4 to 121.6
  # and the mid-p interval 81.8 to 121.1: the ends lie between those.
  run -0 memprof top --json "$P/sampled.pb.gz"
  same "$(jq '.nodes[0].flat | .low / .value | . > 0.8136 and . < 0.8185' <<<"$output")" true
  same "$(jq '.nodes[0].flat | .high / .value | . > 1.2105 and . < 1.2163' <<<"$output")" true
  same "$(jq '.nodes[0].flat.value' <<<"$output")" $((51250 * 1024))
  same "$(jq -c '.sampling | del(.unseen)' <<<"$output")" '{"exact":false,"least_rate":524288,"most_rate":524288}'
  # ln 24 * 524288 = 1666214
  same "$(jq '.sampling.unseen | . >= 1666214 and . < 1668000' <<<"$output")" true
  run -0 memprof top "$P/sampled.pb.gz"
  [[ $(row worker) =~ ^50.0\ MiB\ \+-\ 10\.[678]\ 100.00%\ 100.00%\ 50.0\ MiB\ \+-\ 10\.[678]\ 100.00%$ ]]
  says "sampled every 512"
}

@test "tree: call paths, branches, what is left out" {
  run -0 memprof tree --unit=B --nodefraction=0 "$P/shop.pb.gz"
  same "$(tail -6 <<<"$output")" "      cum     cum%  call path
4205120 B  100.00%  + main (itself 64 B)
4194304 B   99.74%    + load
4194304 B   99.74%      index
  10752 B    0.26%    + parse (itself 10240 B)
    512 B    0.01%      + parse"
  run -0 memprof tree --unit=B "$P/shop.pb.gz"
  same "$(tail -1 <<<"$output")" "  10752 B    0.26%      (1 smaller)"
}

@test "peek: callers and callees" {
  run -0 memprof peek --unit=B '^(load|parse)$' "$P/shop.pb.gz"
  same "$(tail -n +6 <<<"$output")" "parse
  flat 10752 B (0.26%), cum 10752 B (0.26%)
  called by
             10752 B  100.00%  main

load
  flat 0 B (0%), cum 4194304 B (99.74%)
  called by
           4194304 B  100.00%  main
  calls
           4194304 B  100.00%  index (inline)"
  fails_with "no function matches 'nowhere'" memprof peek nowhere "$P/shop.pb.gz"
}

@test "list: figures beside the source" {
  cd "$P/src"
  run -0 memprof list --unit=B '^parse$' "$P/shop.pb.gz"
  says "parse in $P/src/parse.c"
  same "$(grep -E ' 1[2-5]  ' <<<"$output")" "10240 B  10240 B    12          source line 12 of parse.c
      .        .    13          source line 13 of parse.c
  512 B    512 B    14          source line 14 of parse.c
      .    512 B    15          source line 15 of parse.c"
}

@test "list: a missing source is said, with where it was looked for" {
  run -0 memprof list --unit=B '^index$' "$P/shop.pb.gz"
  says "Source not found; looked for index.h"
  same "$(tail -1 <<<"$output" | awk '{ print $1, $3, $5 }')" "4194304 4194304 7"
  mkdir -p "$P/other/lib"
  seq -f 'found %g' 9 >"$P/other/index.h"
  run -0 memprof list --source-path="$P/other/lib" --source-path="$P/other" '^index$' "$P/shop.pb.gz"
  says "7  found 7"
}

@test "list: a file outside the working folder and --source-path is not read, nor by a link that leaves them" {
  mkdir -p "$P/elsewhere"
  cd "$P/elsewhere"
  run -0 memprof list '^parse$' "$P/shop.pb.gz"
  says "Source not found; looked for $P/src/parse.c"
  [[ $output != *"source line"* ]]
  run -0 memprof list --source-path="$P" '^parse$' "$P/shop.pb.gz"
  says "12          source line 12 of parse.c"
  ln -s "$P/src/parse.c" parse.c
  run -0 memprof list --source-path="$P/elsewhere" '^parse$' "$P/shop.pb.gz"
  [[ $output != *"source line"* ]]
}

@test "list: a path that is a pipe or a device is not opened for reading" {
  rm "$P/src/main.c"
  mkfifo "$P/src/main.c"
  run -0 timeout 20 "$MEMPROF" list '^main$' "$P/shop.pb.gz"
  says "Source not found; looked for $P/src/main.c"
  mkdir -p "$P/regular"
  seq -f 'regular %g' 40 >"$P/regular/main.c"
  run -0 timeout 20 "$MEMPROF" list --source-path="$P/regular" '^main$' "$P/shop.pb.gz"
  says "21  regular 21"
}

@test "traces: labels, stacks leaf first, inlined frames marked" {
  run -0 memprof traces --unit=B --lines "$P/shop.pb.gz"
  says "               bytes: 1048576 bytes
           4194304 B  index index.h:7 (inline)
                      load load.c:33
                      main $P/src/main.c:21"
}

@test "diff: what changed, by names, not by lines and addresses" {
  # shop2: 2 more of 1 MiB in index, main's own 64 B gone; other lines and addresses in main.
  run -0 memprof diff --unit=B "$P/shop.pb.gz" "$P/shop2.pb.gz"
  same "$(row '(total)')" "4205120 B 6302208 B +2097088 B +49.9% yes"
  same "$(row index)" "4194304 B 6291456 B +2097152 B +50.0% yes"
  same "$(row main)" "64 B 0 B -64 B gone yes"
  same "$(row parse)" ""
  run -0 memprof diff "$P/shop.pb.gz" "$P/shop.pb.gz"
  same "$(tail -n +5 <<<"$output" | wc -l)" 1
}

@test "diff: stacks, cum, certain" {
  run -0 memprof diff --unit=B --stacks "$P/shop.pb.gz" "$P/shop2.pb.gz"
  says $'yes  index\n    index\n    load\n    main\n'
  not grep -q '.\{81\}' <<<"$output"
  run -0 memprof diff --unit=B --cum "$P/shop.pb.gz" "$P/shop2.pb.gz"
  same "$(row load)" "4194304 B 6291456 B +2097152 B +50.0% yes"
  # Sampled by chance alone a difference of nothing is not certain; one of 50 MiB +- 10.6 is.
  run -0 memprof diff --certain --sample-index=alloc_space "$P/shop.pb.gz" "$P/sampled.pb.gz"
  [[ $(row worker) == *yes ]]
}

@test "merge adds up, and pprof reads the sum" {
  memprof merge -o "$P/sum.pb.gz" "$P/shop.pb.gz" "$P/shop2.pb.gz"
  run -0 memprof top --unit=B "$P/sum.pb.gz"
  says "Total: $((4205120 + 6302208)) B (exact)"
  same "$(go tool pprof -raw "$P/sum.pb.gz" 2>/dev/null | grep -c 'deadbeef')" 1
  same "$(memprof merge "$P/shop.pb.gz" "$P/shop2.pb.gz" | memprof top --unit=B - | tail -n +2)" "$(tail -n +2 <<<"$output")"
}

@test "hostile names are escaped in every text report" {
  for report in top tree "peek ." "list ." traces "convert --to=text" "convert --to=folded"; do
    # shellcheck disable=SC2086
    memprof $report "$P/hostile.pb.gz" >"$P/out"
    not grep -qP '[\x00-\x08\x0b-\x1f\x7f\xff]|\xe2\x80\xae' "$P/out"
    grep -qF 'red\x1b[31malert' "$P/out"
  done
  memprof top "$P/hostile.pb.gz" >"$P/out"
  grep -qF 'two\nlines' "$P/out"
  grep -qF 'broken\xff\xc0utf8' "$P/out"
  grep -qF 'right\u{202e} left' "$P/out"
}

@test "tables fit COLUMNS, and are whole in a file" {
  run -0 env COLUMNS=80 "$MEMPROF" top "$P/wide.pb.gz"
  awk 'length > 80 { bad = 1 } END { exit bad }' <<<"$output"
  says "begin_00_"
  says "_end_00"
  run -0 memprof top "$P/wide.pb.gz"
  says "$(printf 'begin_00_%0180d_end_00' 0)"
  run -0 env COLUMNS=80 "$MEMPROF" tree "$P/wide.pb.gz"
  awk '!/\xe6/ && length > 80 { bad = 1 } END { exit bad }' <<<"$output"
}

@test "wide characters are measured by their width" {
  # A name of 60 characters of two columns and three bytes each. Counting characters, a line would
  # be too wide; counting bytes, it would be cut far too short.
  COLUMNS=80 memprof top -n 0 "$P/wide.pb.gz" >"$P/out"
  python3 - "$P/out" <<'EOF'
import sys, unicodedata
(line,) = [l for l in open(sys.argv[1], encoding="utf-8").read().split("\n") if "\u6f22" in l]
width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
assert 77 <= width <= 80, width
EOF
}

@test "colour only on a terminal, and not with NO_COLOR or --no-color" {
  command -v script >/dev/null || skip "script(1) is not installed"
  local escape=$'\033['
  run -0 memprof top "$P/shop.pb.gz"
  [[ $output != *"$escape"* ]]
  run -0 script -qec "$MEMPROF top $P/shop.pb.gz" /dev/null
  [[ $output == *"$escape"* ]]
  run -0 env NO_COLOR=1 script -qec "$MEMPROF top $P/shop.pb.gz" /dev/null
  [[ $output != *"$escape"* ]]
  run -0 script -qec "$MEMPROF top --no-color $P/shop.pb.gz" /dev/null
  [[ $output != *"$escape"* ]]
}

# life.pb.gz: 3 of 5 blocks were freed, after 2 ms in all: 666.667 us each. Twice the same has twice the sum, and the same mean.
@test "lifetime: tree, peek, list and diff show means" {
  memprof merge -o "$P/twice.pb.gz" "$P/life.pb.gz" "$P/life.pb.gz" 2>/dev/null
  for n in life:3 twice:6; do
    file="$P/${n%:*}.pb.gz"
    run -0 memprof tree --sample-index=lifetime "$file"
    says "cum mean"
    same "$(row main)" "666.7 us ${n#*:} +"
    run -0 memprof peek --sample-index=lifetime main "$file"
    says "mean 666.7 us (${n#*:} freed), cum mean 666.7 us (${n#*:} freed)"
    run -0 memprof list --sample-index=lifetime main "$file"
    says "mean 666.7 us"
    [[ $output != *%* && $output != *"lifetimes are sums"* ]]
    for command in "tree" "peek" "list"; do
      regex=(); [ $command = tree ] || regex=(main)
      memprof $command --json --sample-index=lifetime "${regex[@]}" "$file" |
        jq -e '(.nodes // .functions)[0] | .life_nanos == 666666 and .cum_life_nanos == 666666' >/dev/null
    done
  done
  run -0 memprof diff --sample-index=lifetime "$P/life.pb.gz" "$P/twice.pb.gz"
  same "$(row main)" "666.7 us 666.7 us +0 ns +0.0% -"
  memprof diff --json --sample-index=lifetime "$P/life.pb.gz" "$P/twice.pb.gz" |
    jq -e '.functions[0] | .base_life_nanos == 666666 and .new_life_nanos == 666666' >/dev/null
  run -0 memprof traces --sample-index=lifetime "$P/life.pb.gz"
  says "lifetimes are sums here"
}
