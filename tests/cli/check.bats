#!/usr/bin/env bats
# `memprof check` on files. shop2.pb.gz has 2 MiB in 2 blocks more than shop.pb.gz, in index < load < main, and 64 B in
# 2 blocks less, in main (make_profiles.c).
load helpers

check() { run --separate-stderr "-$1" memprof check "${@:2}"; }

@test "check: a profile passes against itself" {
  # 5 figures of the whole; of each site 4, but that what is not alive at the end has no live figures.
  check 0 --base "$P/shop.pb.gz" "$P/shop.pb.gz"
  same "${lines[-1]}" "Passed: $((5 + 2 * 4 + 2 * 3)) comparisons, none over its limit"
  same "$stderr" ""
}

@test "check: growth fails and names site, figures and stack" {
  check 1 --base "$P/shop.pb.gz" "$P/shop2.pb.gz"
  [[ $output =~ "4.0 MiB"\ +"6.0 MiB"\ +"+2.0 MiB"\ +"+4.0 KiB"\ +OVER\ +"alloc_space, "(index|load) ]]
  says "+2.0 MiB grown [1] "
  says "      load ("
  [[ ${lines[-1]} == FAILED:* ]]
}

@test "check: shrinking passes" {
  check 0 --base "$P/shop2.pb.gz" "$P/shop.pb.gz"
  says "1 new, 0 gone, 0 grown, 1 shrunk, 2 unchanged"
}

@test "check --json: the figures of the growth" {
  check 1 --json --base "$P/shop.pb.gz" "$P/shop2.pb.gz"
  same "$(jq -r '.format, .passed, .verdicts[0].exact' <<<"$output" | paste -sd' ')" "memprof.check false true"
  same "$(jq -c '.verdicts[0].sites' <<<"$output")" '{"new":0,"gone":1,"grown":1,"shrunk":0,"same":2,"moved":0}'
  same "$(jq -c '.verdicts[0].checks[] | select(.site and .metric == "alloc_space") |
    [.base, .value, .delta, .allowed, .plus_minus, .verdict, .state]' <<<"$output")" \
    '[4194304,6291456,2097152,4096,0,"over","grown"]'
  same "$(jq -r '.verdicts[0].checks[] | select(.site and .metric == "alloc_space").stacks[0].stack[].function' \
    <<<"$output" | paste -sd' ')" "index load main"
}

@test "check: what cannot be judged is no pass" {
  check 3 "$P/shop.pb.gz"
  same "$stderr" "memprof: $P/shop.pb.gz: nothing could be checked: without --base, a budget or figures of leaks there is no limit"
  fails_with "none.pb.gz: no such file" memprof check --base "$P/none.pb.gz" "$P/shop.pb.gz"
}

budget() { printf 'version: 1\n%b' "$1" >"$P/b.yaml"; }
refuses() { budget "$2"; fails_with "b.yaml:$1" memprof check --budget "$P/b.yaml" "$P/shop.pb.gz"; }

@test "check: a bad budget is refused with its line and what was expected" {
  refuses "4: unknown key 'foo'; expected one of name, metric" 'limits:\n  - metric: alloc_space\n    foo: 3\n'
  refuses "2: unknown key 'limit'; expected one of version, confidence" 'limit: 3\n'
  refuses "3: metric: 'alloc_spice'; expected one of alloc_objects, alloc_space" 'limits:\n  - metric: alloc_spice\n    max: 3\n'
  refuses "4: max: 'lots'; expected a size" 'limits:\n  - metric: alloc_space\n    max: lots\n'
  refuses "4: max: '3 KiB'; expected a number" 'limits:\n  - metric: alloc_objects\n    max: 3 KiB\n'
  refuses "4: max: '3'; expected a time" 'limits:\n  - metric: lifetime\n    max: 3\n'
  refuses "4: growth: '64 KiB'; expected a percentage" 'limits:\n  - metric: alloc_space\n    growth: 64 KiB\n'
  refuses "5: floor: '1'; expected \`growth\`, too" 'limits:\n  - metric: alloc_space\n    max: 3\n    floor: 1\n'
  refuses "3: a limit without a limit; expected max or growth" 'limits:\n  - metric: alloc_space\n'
  refuses "4: function: bad regular expression" 'limits:\n  - metric: alloc_space\n    function: "a("\n    max: 1\n'
  refuses "5: each: 'foo'; expected sum or site" 'limits:\n  - metric: alloc_space\n    max: 1\n    each: foo\n'
  refuses "5: owner: 'me'; expected a name from \`owners\`" 'limits:\n  - metric: alloc_space\n    max: 1\n    owner: me\n'
  refuses "5: 'max' is there twice; expected it once" 'limits:\n  - metric: alloc_space\n    max: 1\n    max: 2\n'
  refuses "2: confidence: '101'; expected a percentage from 50 to below 100" 'confidence: 101\nlimits:\n  - {metric: alloc_space, max: 1}\n'
  refuses "2: limits: expected a list" 'limits: 3\n'
  refuses "3: not YAML" 'limits: [\n'
  refuses "3: not YAML" 'limits: [{metric: alloc_space, max: 1}]\n}\n'
  refuses "2: 'metric' is missing here; expected at least metric, and max or growth" 'limits: [{max: 1}]\n'
  refuses "1: 'limits' is missing here; expected at least version and limits" 'confidence: 99\n'
  refuses "2: limits: expected at least one entry" 'limits: []\n'
  refuses "3: limits: expected keys with values" 'limits:\n  - alloc_space\n'
  refuses "3: max: expected a text or number" 'limits:\n  - {metric: alloc_space, max: }\n'
  refuses "3: max: expected a text or number" 'limits:\n  - {metric: alloc_space, max: [1]}\n'
  refuses "4: function: bad regular expression" 'owners:\n  - name: me\n    sites: [{function: "a("}]\nlimits:\n  - {metric: alloc_space, max: 1}\n'
  printf 'version: 2\nlimits: [{metric: alloc_space, max: 1}]\n' >"$P/b.yaml"
  fails_with "b.yaml:1: version: '2'; expected 1" memprof check --budget "$P/b.yaml" "$P/shop.pb.gz"
  : >"$P/b.yaml"
  fails_with "b.yaml:1: empty; expected" memprof check --budget "$P/b.yaml" "$P/shop.pb.gz"
  fails_with "none.yaml: No such file" memprof check --budget "$P/none.yaml" "$P/shop.pb.gz"
  printf 'a\0b' >"$P/b.yaml"
  fails_with "b.yaml: no budget: it is not text" memprof check --budget "$P/b.yaml" "$P/shop.pb.gz"
}

# With 5 s of CPU time at most, many times what it takes.
bounded() (ulimit -t 5 && exec "$MEMPROF" check --budget "$P/b.yaml" "$P/shop.pb.gz")

@test "check: a budget that nests or repeats without end is refused at once" {
  budget "limits: $(printf '[%.0s' {1..100000})\n"
  fails_with "b.yaml:2: limits: expected keys with values" bounded
  { printf 'version: 1\nlimits:\n  - metric: '; printf '{a: %.0s' {1..100000}; } >"$P/b.yaml"
  fails_with "b.yaml:3: metric: expected a text" bounded
  # Each line stands for ten of the line before: 10^9 limits.
  printf 'version: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n' >"$P/b.yaml"
  fails_with "b.yaml:2: unknown key 'a'" bounded
  refuses "3: '*a' is an alias; expected the value itself" 'owners: [{name: x, sites: [{function: f}]},\n  *a, *a]\n'
  { printf 'version: 1\nlimits:\n'; printf '  - &a%d {metric: alloc_space, max: 1}\n' {1..20000}; } >"$P/b.yaml"
  fails_with "b.yaml:3: '&a1' is an anchor; expected the value alone" bounded
  refuses "2: '&m' is an anchor" 'limits: [{metric: &m alloc_space, max: 1}]\n'
  refuses "2: '&l' is an anchor" 'limits: &l [{metric: alloc_space, max: 1}]\n'
  { printf '# Tags.\n'; printf '%%TAG !a%d! b\n' {1..60000}; printf -- '---\nversion: 1\n'; } >"$P/b.yaml"
  fails_with "b.yaml:2: '%TAG' declares tags; expected none" bounded
}

@test "check: a budget of many limits and owners takes time in proportion to its size" {
  # shop.pb.gz has 11 + 4 + 2 allocations; the last limit alone is too low.
  { printf 'version: 1\nlimits:\n'; printf -- '- {metric: alloc_objects, max: 17%.0s}\n' {1..29000}
    printf -- '- {metric: alloc_objects, max: 16}\n'; } >"$P/b.yaml"
  run -1 bounded
  same "${lines[-1]}" "FAILED: 1 of 29001 comparisons over"
  # parse allocates 11 times, and others 6 times; of two owners of a function the later has it.
  { printf 'version: 1\nowners:\n'; printf -- '- {name: o%d, sites: [{function: ^parse$}]}\n' {1..9000}
    printf 'limits:\n'; printf -- '- {metric: alloc_objects, max: 10, owner: o%d}\n' {1..9000}; } >"$P/b.yaml"
  run -1 bounded
  same "${lines[-1]}" "FAILED: 1 of 9000 comparisons over"
}

@test "check: limits on function, file, module, each site, absolute and relative" {
  # index has 4 MiB, parse 10 KiB and 512 B; both are below main.
  budget 'limits:\n  - {metric: alloc_space, function: ^parse$, max: 10752}\n  - {metric: alloc_space, file: parse.c, max: 10751}\n  - {metric: alloc_objects, function: ^main$, max: 17}\n  - {metric: alloc_space, each: site, max: 10 KiB}\n'
  check 1 --json --budget "$P/b.yaml" "$P/shop.pb.gz"
  same "$(jq -c '[.verdicts[0].checks[] | [.limit, .site, .value, .verdict]]' <<<"$output")" \
    '[["^parse$",null,10752,"ok"],["parse.c",null,10752,"over"],["^main$",null,17,"ok"],["each site","index",4194304,"over"]]'
  budget 'limits:\n  - {metric: alloc_space, growth: 50%}\n  - {metric: alloc_space, growth: 49%, floor: 2097152}\n  - {metric: alloc_space, growth: 1%, floor: 2097089}\n  - {metric: alloc_space, growth: 49%, floor: 2097088}\n'
  # 4205120 grow by 2 MiB - 64, 49.87%. The floor itself fails, what is above the growth does not.
  check 1 --json --budget "$P/b.yaml" --base "$P/shop.pb.gz" "$P/shop2.pb.gz"
  same "$(jq -c '[.verdicts[0].checks[] | [.delta, .verdict]]' <<<"$output")" \
    '[[2097088,"ok"],[2097088,"ok"],[2097088,"ok"],[2097088,"over"]]'
}

@test "check --init: the profile keeps what it writes; --update tightens, and keeps all else" {
  rm -f "$P/new.yaml"
  run -0 memprof check --init --budget "$P/new.yaml" "$P/shop.pb.gz"
  check 0 --budget "$P/new.yaml" "$P/shop.pb.gz"
  check 1 --budget "$P/new.yaml" "$P/shop2.pb.gz"
  fails_with "new.yaml is there already" memprof check --init --budget "$P/new.yaml" "$P/shop.pb.gz"
  # 4205120 and 10% are 4.42 MiB, up to one digit more.
  printf '# mine\nversion: 1\nlimits:\n  - metric: alloc_space # this\n    max:   "90 MiB"   # that\n  - {metric: alloc_objects, max: 18}\n' >"$P/b.yaml"
  run --separate-stderr -0 memprof check --update --budget "$P/b.yaml" "$P/shop.pb.gz"
  same "$stderr" "memprof: $P/b.yaml:5: alloc_space: lowered from 90 MiB to 4.5 MiB"
  same "$(cat "$P/b.yaml")" $'# mine\nversion: 1\nlimits:\n  - metric: alloc_space # this\n    max:   4.5 MiB   # that\n  - {metric: alloc_objects, max: 18}'
  before=$(cat "$P/b.yaml")
  check 1 --update --budget "$P/b.yaml" "$P/shop2.pb.gz"
  same "$(cat "$P/b.yaml")" "$before"
}

@test "check: what chance explains is no growth, and says so" {
  # sampled.pb.gz: 100 samples of 51250 objects; against itself it has no growth, of half of it nothing is sure.
  check 0 --base "$P/sampled.pb.gz" "$P/sampled.pb.gz"
  budget 'limits:\n  - {metric: alloc_space, max: 52 MiB}\n'
  check 0 --budget "$P/b.yaml" "$P/sampled.pb.gz"
  says "insufficient data for 1"
  budget 'limits:\n  - {metric: alloc_space, max: 5 MiB}\n'
  check 1 --budget "$P/b.yaml" "$P/sampled.pb.gz"
}

@test "check: folders are the profiles in them" {
  mkdir -p "$P/old" "$P/new" "$P/none"
  cp "$P/shop.pb.gz" "$P/old/"
  cp "$P/shop2.pb.gz" "$P/new/"
  check 1 --base "$P/old" "$P/new"
  says "New:  $P/new/shop2.pb.gz"
  says "Base: $P/old/shop.pb.gz"
  fails_with "a folder without profiles" memprof check --base "$P/none" "$P/new"
}
