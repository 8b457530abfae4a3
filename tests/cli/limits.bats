#!/usr/bin/env bats
# Small files that ask for much (huge.py makes them) end within 20 seconds of CPU time and 1 GiB of memory: in the right answer, or in one
# line that names the limit, and exit status 2.
load helpers

# Reading is common to all commands; then speedscope and DHAT hold a document, tree its nodes, merge two profiles.
readers=(top "traces --json" merge)
all_readers=(top "top --json" tree "tree --json" "peek ." "list ." traces "traces --json" diff merge check symbolize "convert --to=csv"
  "convert --to=folded" "convert --to=speedscope" "convert --to=dhat" "convert --to=text" "convert --to=pprof" "page -o -")

# Runs the reader $1 on the file $2.
bounded() {
  local operands=("$2") limits="ulimit -t 20 -v 1048576"
  case $1 in
  diff) operands+=("$2");;
  merge) operands+=("$2" -o "$P/out");;
  check) operands=(--base "$2" "$2");;
  symbolize) operands+=(-o "$P/out" --force);;
  esac
  # shellcheck disable=SC2086
  run bash -c "$limits; exec \"\$@\" 2>\"$P/stderr\" >\"$P/stdout\"" bash "$MEMPROF" $1 "${operands[@]}"
}

# Readers refuse the file of huge.py $2... with the message $1.
refused() {
  python3 "$BATS_TEST_DIRNAME/huge.py" "${@:2}" >"$P/huge.pb.gz"
  for reader in "${readers[@]}"; do
    bounded "$reader" "$P/huge.pb.gz"
    same "$status $(wc -l <"$P/stderr")" "2 1" && grep -q -- "$P/huge.pb.gz: $1" "$P/stderr" || { cat "$P/stderr"; return 1; }
  done
}

# Readers $1... cope with the file: they succeed, or name a limit.
cope() {
  for reader in "$@"; do
    bounded "$reader" "$P/huge.pb.gz"
    [ "$status" -eq 0 ] || [[ $status == 2 && $(wc -l <"$P/stderr") == 1 && $(<"$P/stderr") == *" more than "* ]] ||
      { echo "$reader: $status"; cat "$P/stderr"; return 1; }
  done
}

huge() { python3 "$BATS_TEST_DIRNAME/huge.py" "$@" >"$P/huge.pb.gz"; }

@test "100 million frames in 14 KB" {
  refused "sample 0: a stack of more than 100000 frames" stack 10000 10000 1
}

@test "50 million frames of stacks of 5000" {
  refused "the stacks have more than 2[0-9]* frames" roots 5000 10000
}

@test "2 million samples in 23 KB" {
  refused "the stacks have more than 2[0-9]* frames" same_samples 2000000
}

@test "a field of 800 MiB that profile.proto does not have, in 4 MB" {
  readers=(top)
  refused "holds more than 3[0-9]* MiB when decompressed" unknown 800
}

@test "such a field that is not too large is passed over" {
  huge unknown 100
  cope "${readers[@]}"
  run -0 memprof top "$P/huge.pb.gz"
  says "Total: 7 B"
}

@test "10 million labels" {
  refused "takes more than 2[0-9]* MiB of memory" labels 100 100000
}

@test "40 million empty strings" {
  refused "takes more than 2[0-9]* MiB of memory" strings 40000000
}

@test "10,000 sample types" {
  refused "more than 1000 sample types" types 10000
}

@test "a name of a megabyte in a stack of 100,000" {
  refused "the names in the stacks have more than 25[67] MiB" name 1000000 90000
}

@test "a header of 10 million fields" {
  refused "header 0: takes more than 64 MiB to decode" period 10000000
}

@test "a drop_frames that takes long with each of 100,000 functions" {
  huge drop_frames 100000
  for reader in top check; do
    bounded "$reader" "$P/huge.pb.gz"
    same "$status $(cat "$P/stderr")" "2 memprof: $P/huge.pb.gz: drop_frames: the regular expression takes more than 5 seconds; use a simpler one, without nested repetition"
  done
}

@test "a million samples that all differ" {
  huge samples 1000000
  cope "traces --json" "convert --to=speedscope" "page -o -"
}

@test "two million samples that all differ" {
  huge samples 2002225
  bounded "traces --json" "$P/huge.pb.gz"
  says_limit="more than 1200000 samples, which is more than memprof writes as JSON"
  [ "$status" -eq 2 ] && grep -q "$says_limit" "$P/stderr"
}

@test "a million label values" {
  huge label_values 1000000
  cope "traces --json" "page -o -"
}

@test "ten million different strings" {
  readers=(top)
  refused "takes more than [0-9]* MiB of memory" different_strings 10000000
}

@test "nearly as many frames as are read, and no node of their tree shared" {
  huge roots 1000 1900
  cope "${all_readers[@]}"
}

@test "a million suppressions" {
  for i in {1..10000}; do echo "leak:f$i"; done >"$P/some"
  for ((i = 0; i < 100; i++)); do cat "$P/some"; done >"$P/suppressions"
  bounded "leaks --suppressions=$P/suppressions" true
  same "$status $(wc -l <"$P/stderr")" "2 1"
  grep -q "$P/suppressions:100001: more than 100000 suppressions" "$P/stderr"
}
