#!/usr/bin/env bats
# `memprof check` on files. shop2.pb.gz has 2 MiB in 2 blocks more than shop.pb.gz, in index < load < main, and 64 B in
# 2 blocks less, in main (make_profiles.c).
load helpers

check() { run --separate-stderr "-$1" memprof check "${@:2}"; }

@test "check: a profile passes against itself" {
  # 5 figures of the whole; of each site 4, but that what is not alive at the end has no live figures.
  check 0 --base "$P/shop.pb.gz" "$P/shop.pb.gz"
  same "${lines[-1]}" "Passed: 0 of $((5 + 2 * 4 + 2 * 3)) comparisons over"
  same "$stderr" ""
}

@test "check: growth fails and names site, figures and stack" {
  check 1 --base "$P/shop.pb.gz" "$P/shop2.pb.gz"
  [[ $output =~ "4.0 MiB"\ +"6.0 MiB"\ +"+2.0 MiB"\ +"+4.0 KiB"\ +OVER\ +(index|load)", alloc_space" ]]
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
