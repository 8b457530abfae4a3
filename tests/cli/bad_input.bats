#!/usr/bin/env bats
# Broken input gets one clear line that names the file, and exit status 2; never a crash or a hang.
load helpers

@test "a file that is not there" {
  fails_with "$P/none.pb.gz" memprof top "$P/none.pb.gz"
}

@test "an empty file" {
  : >"$P/empty"
  fails_with "$P/empty" memprof top "$P/empty"
}

@test "a directory" {
  fails_with "$P" memprof top "$P"
}

@test "a wrong magic" {
  printf '#!/bin/sh\necho not a profile\n' >"$P/script"
  fails_with "$P/script" memprof top "$P/script"
}

@test "gzip of something else" {
  echo hello | gzip >"$P/hello.gz"
  fails_with "$P/hello.gz" memprof top "$P/hello.gz"
}

@test "truncated gzip, at every length" {
  size=$(stat -c %s "$P/shop.pb.gz")
  for ((n = 0; n < size; n += 7)); do
    head -c "$n" "$P/shop.pb.gz" >"$P/cut"
    fails_with "$P/cut" timeout 20 "$MEMPROF" top "$P/cut"
  done
}

@test "a changed byte never crashes" {
  # gzip's checksum catches it in the compressed file; uncompressed, the decoder has to.
  gzip -dc "$P/shop.pb.gz" >"$P/plain.pb"
  size=$(stat -c %s "$P/plain.pb")
  for ((n = 0; n < size; n += 11)); do
    cp "$P/plain.pb" "$P/flipped.pb"
    printf '\xff' | dd of="$P/flipped.pb" bs=1 seek="$n" conv=notrunc status=none
    status=0
    timeout 20 "$MEMPROF" top "$P/flipped.pb" >/dev/null 2>&1 || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
  done
}

@test "a pipe works like a file, whole or broken" {
  run -0 memprof top --unit=B <(cat "$P/shop.pb.gz")
  says "Total: 4205120 B"
  same "$(cat "$P/shop.pb.gz" | memprof top --unit=B - | grep Total)" "Total: 4205120 B (exact)"
  fails_with "" bash -c 'head -c 100 "$P/shop.pb.gz" | "$MEMPROF" top -'
}

@test "a file without permission" {
  cp "$P/shop.pb.gz" "$P/secret.pb.gz"
  chmod 000 "$P/secret.pb.gz"
  # Root may read everything, but not without these capabilities.
  local as_others=()
  [ "$(id -u)" -ne 0 ] || as_others=(setpriv --bounding-set=-dac_override,-dac_read_search)
  fails_with "$P/secret.pb.gz" "${as_others[@]}" "$MEMPROF" top "$P/secret.pb.gz"
}

@test "every command says so" {
  for command in top tree "peek ." "list ." traces "diff $P/shop.pb.gz" merge "convert --to=csv" symbolize; do
    # shellcheck disable=SC2086
    fails_with "$P/none" memprof $command "$P/none"
  done
}

@test "output that cannot be written" {
  fails_with "$P/no/such/folder/x" memprof merge -o "$P/no/such/folder/x" "$P/shop.pb.gz"
  fails_with "$P/no/such/folder/x" memprof convert --to=csv -o "$P/no/such/folder/x" "$P/shop.pb.gz"
  fails_with "/dev/full" memprof convert --to=csv -o /dev/full "$P/shop.pb.gz"
}

@test "merging what does not go together names the two files" {
  fails_with "go_heap.pb.gz" memprof merge -o "$P/never" "$P/shop.pb.gz" "$DATA/go_heap.pb.gz"
  [ ! -e "$P/never" ]
}

@test "a stack of 100000 frames becomes DHAT in time that grows with it, not with its square" {
  python3 "$BATS_TEST_DIRNAME/huge.py" stack 1 100000 1 >"$P/deep.pb.gz"
  run -0 bash -c "ulimit -t 20; exec $MEMPROF convert --to=dhat -o $P/deep.json $P/deep.pb.gz"
  same "$(jq '.pps[0].fs | length' "$P/deep.json")" 100000
}

@test "list: line numbers at the end of what a file can hold" {
  python3 "$BATS_TEST_DIRNAME/huge.py" stack 1 1 9223372036854775807 >"$P/line.pb.gz"
  run -0 memprof list f "$P/line.pb.gz"
  [[ $output == *"2147483647"* || $output == *"9223372036854775807"* ]]
}
