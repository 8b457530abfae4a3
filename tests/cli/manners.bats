#!/usr/bin/env bats
# Short questions, files that need not be named, and messages that say what to do.
load helpers

setup() {
  mkdir -p "$BATS_TEST_TMPDIR/here"
  cd "$BATS_TEST_TMPDIR/here"
}

# Profiles of this folder whose times are not the order of their names.
three_profiles() {
  cp "$P/shop.pb.gz" oldest.pb.gz
  cp "$P/sampled.pb.gz" newest.pb.gz
  cp "$P/shop.pb.gz" older.pb.gz
  : >empty.pb.gz
  touch -d '2020-01-01 03:00' oldest.pb.gz
  touch -d '2020-01-02 03:00' older.pb.gz
  touch -d '2020-01-03 03:00' newest.pb.gz
}

@test "--alloc, --live and --peak, and pprof's spellings, are sample types" {
  local question
  for question in --alloc=alloc_space --live=inuse_space --peak=peak_space -alloc_space=alloc_space -inuse_space=inuse_space \
    --inuse_space=inuse_space -inuse_objects=inuse_objects -alloc_objects=alloc_objects; do
    same "$(memprof top "${question%=*}" "$P/shop.pb.gz")" "$(memprof top --sample-index="${question#*=}" "$P/shop.pb.gz")"
    memprof top "${question%=*}" "$P/shop.pb.gz" | grep -qx "Type: ${question#*=}"
  done
  same "$(memprof top --live --peak "$P/shop.pb.gz")" "$(memprof top --peak "$P/shop.pb.gz")"
  same "$(memprof top --sample-index=peak "$P/shop.pb.gz")" "$(memprof top --peak "$P/shop.pb.gz")"
  same "$(memprof diff --live "$P/shop.pb.gz" "$P/shop.pb.gz")" "$(memprof diff --sample-index=inuse_space "$P/shop.pb.gz" "$P/shop.pb.gz")"
}

@test "without FILE the newest profile here is taken, and named on stderr" {
  three_profiles
  local command
  for command in top tree traces "peek worker" "list worker" "convert --to=folded"; do
    run --separate-stderr -0 memprof $command
    same "$stderr" "memprof: the newest profile here: newest.pb.gz"
    same "$output" "$(memprof $command newest.pb.gz)"
  done
}

@test "diff without files compares the two newest, the older one first" {
  three_profiles
  touch -d '2020-01-01 02:00' newest.pb.gz
  run --separate-stderr -0 memprof diff
  same "$stderr" "memprof: the newest profiles here: oldest.pb.gz and older.pb.gz"
  same "$output" "$(memprof diff oldest.pb.gz older.pb.gz)"
  fails_with "NEW is missing" memprof diff older.pb.gz
}

@test "without FILE and without a profile here: how to get one" {
  fails_with "there is no profile (*.pb.gz) in this folder" memprof top
  fails_with "memprof run PROGRAM" memprof top
  cp "$P/shop.pb.gz" one.pb.gz
  fails_with "there is only one profile (*.pb.gz) in this folder" memprof diff
}

@test "a missing argument is named, with an example" {
  fails_with "run: PROGRAM is missing; usage: memprof run [OPTION...] [--] PROGRAM [ARGUMENT...]; for example: memprof run ./shop" memprof run
  fails_with "peek: REGEX is missing" memprof peek
  fails_with "merge: FILE is missing" memprof merge
  fails_with "symbolize: FILE is missing" memprof symbolize
  fails_with "doctor: PROGRAM is missing" memprof doctor
  cp "$P/shop.pb.gz" one.pb.gz
  fails_with "peek: REGEX is missing: it comes before FILE, as in: memprof peek '^parse' one.pb.gz" memprof peek one.pb.gz
  fails_with "list: REGEX is missing: it comes before FILE" memprof list one.pb.gz
}

@test "--leaks with another way of recording: the option that was given is named" {
  fails_with "--leaks records every allocation, so --rate cannot go with it" memprof run --leaks --rate=5 touch ran
  fails_with "--leaks records every allocation, so --overhead cannot go with it" memprof run --leaks --overhead=2% touch ran
  fails_with "--exact, --rate and --overhead exclude each other" memprof run --exact --rate=5 touch ran
  [ ! -e ran ]
  # No session stays behind.
  mkdir session
  MEMPROF_DIR=$PWD/session fails_with "--leaks records" memprof run --leaks --rate=5 touch ran
  same "$(find session -mindepth 1)" ""
}

@test "values that cannot be meant are refused with the reason and what would be right" {
  fails_with "--exact records every allocation, --rate=512KiB one in 512 KiB" memprof run --rate=0 touch ran
  fails_with "option '--every': '3' has no unit; write --every=3s for seconds, or ms, m or h" memprof run --every=3 touch ran
  fails_with "there is no signal 'FOO'; write for example --then=signal:TERM" memprof run --limit=1GiB --then=signal:FOO touch ran
  fails_with "there is no signal 'STPO'; write for example --then=signal:STOP" memprof run --limit=1GiB --then=signal:STPO touch ran
  fails_with "'some' is unknown; write definite, indirect, possible, reachable, all, none or suppressed" memprof leaks --show=some touch ran
  [ ! -e ran ]
}

@test "binary output to a terminal is refused, whatever the terminal is called" {
  command -v script >/dev/null || skip "script(1) is not installed"
  local command
  for command in "merge $P/shop.pb.gz" "symbolize -o - $P/shop.pb.gz" "merge -o /dev/tty $P/shop.pb.gz" "run -o /dev/tty true" \
    "leaks -o /dev/tty true" "check -o /dev/tty -- true" "snapshot -o - $$"; do
    run -2 script -qec "$MEMPROF $command" /dev/null
    says "a profile is binary and"
    says "write it to a file: -o FILE"
  done
}

@test "symbolize says what it named, and what has names already" {
  local name=$P/shop.pb.gz
  run --separate-stderr -0 memprof symbolize -o s.pb.gz "$name"
  [[ $stderr == "memprof: all "*" locations have names already; --force looks them up again" ]] || { echo "$stderr"; false; }
  run --separate-stderr -0 memprof symbolize -q -o s.pb.gz "$name"
  same "$stderr" ""
}
