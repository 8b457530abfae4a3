#!/usr/bin/env bats
# Options, help, exit statuses and standard streams: what all commands share.
load helpers

@test "--version says name and version" {
  run -0 memprof --version
  [[ $output =~ ^memprof\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "no command: usage on stderr, exit 2" {
  run --separate-stderr -2 memprof
  same "$output" ""
  [[ $stderr == "Usage: memprof "* ]]
}

# The commands by the sources, which define `const struct command command_NAME` each.
commands_in_sources() {
  sed -n 's/^const struct command command_\([a-z_]*\) = {$/\1/p' "$DATA"/../../../cli/{commands,line}/*.c | grep -v 'generate\|processes' | sort
}

# The commands that help lists. Fails where help lists nothing: a loop over nothing would pass.
commands_in_help() {
  memprof help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort | grep .
}

@test "help lists every command" {
  same "$(commands_in_help)" "$(commands_in_sources)"
  commands_in_help | grep -qx top
  not grep -q __generate <<<"$(memprof help)"
}

@test "every command has help, by both ways, in 80 columns" {
  local name names
  names=$(commands_in_help)
  for name in $names; do
    same "$(memprof "$name" --help)" "$(memprof help "$name")"
    memprof help "$name" | awk -v n="$name" '
      NR == 1 && index($0, "Usage: memprof " n) != 1 { print n ": begins with " $0; bad = 1 }
      length > 80 { print n ": " $0; bad = 1 }
      /^Other options:/ { others = 1 }
      END { exit bad || !others }'
  done
}

@test "no command has two options of one name or letter" {
  local name names options
  names=$(commands_in_help)
  for name in $names; do
    # "  -n, --nodecount=N  ..." and "      --json  ..."
    options=$(memprof help "$name" | sed -nE 's/^  (-.), (--[a-z-]+).*/\1\n\2/p; s/^      (--[a-z-]+).*/\1/p')
    grep -qx -- --help <<<"$options"
    same "$name: $(sort <<<"$options" | uniq -d)" "$name: "
  done
}

@test "every command refuses an unknown option, and names it and itself" {
  local name names
  names=$(commands_in_help)
  for name in $names; do
    fails_with "'$name' has no option '--xyzzy'" memprof "$name" --xyzzy
  done
}

@test "an unknown command is named, with a suggestion" {
  fails_with "'tpo' is not a memprof command; did you mean 'top'?" memprof tpo
  fails_with "'zzzzzz' is not a memprof command; see 'memprof help'" memprof zzzzzz
}

@test "an unknown option is named, with a suggestion" {
  fails_with "'top' has no option '--focsu'; did you mean '--focus'?" memprof top --focsu=x f
  fails_with "'top' has no option '-Z'" memprof top -Z f
}

@test "an ambiguous prefix names two candidates; a unique one works" {
  fails_with "ambiguous" memprof top --f f
  same "$(memprof top --sample=inuse_space "$P/shop.pb.gz")" "$(memprof top --sample-index=inuse_space "$P/shop.pb.gz")"
}

@test "arguments: missing, unwanted, wrong" {
  fails_with "option '--focus' needs an argument: --focus=REGEX" memprof top --focus
  fails_with "option '--json' takes no argument" memprof top --json=yes f
  fails_with "option '--nodecount': 'ten' is not a number" memprof top -n ten f
  fails_with "option '--nodecount': -1 is too small; give 0 or more" memprof top -n -1 f
  fails_with "option '--unit': 'parsec' is not a unit" memprof top --unit parsec f
  fails_with "option '--to': 'xml' is not one of folded, speedscope" memprof convert --to xml f
  fails_with "option '--nodefraction': '2' is not a share" memprof tree --nodefraction 2 f
}

@test "operands: missing and too many" {
  fails_with "usage: memprof merge [-o FILE] FILE..." memprof merge
  fails_with "unexpected argument 'b'" memprof top a b
}

@test "an option before the command is explained" {
  fails_with "option '--json' comes too early" memprof --json top f
}

@test "a later --no-x wins; options may follow operands; -- ends options" {
  same "$(memprof top --json --no-json "$P/shop.pb.gz")" "$(memprof top "$P/shop.pb.gz")"
  same "$(memprof top "$P/shop.pb.gz" -n1)" "$(memprof top -n 1 "$P/shop.pb.gz")"
  fails_with "--json" memprof top -- --json
}

@test "pprof's spelling: -sample_index and one dash" {
  local want
  want=$(memprof top --sample-index=peak_space --cum "$P/shop.pb.gz")
  same "$(memprof top -sample_index=peak_space -cum "$P/shop.pb.gz")" "$want"
  same "$(memprof top --sample_index peak_space -cum "$P/shop.pb.gz")" "$want"
  same "$(memprof top -sample-index peak_space -cum "$P/shop.pb.gz")" "$want"
}

@test "a failed write to standard output is an error" {
  run -2 bash -c '"$MEMPROF" top "$P/shop.pb.gz" >/dev/full'
  same "$output" "memprof: cannot write to standard output: No space left on device; the output is incomplete"
  run -2 bash -c '"$MEMPROF" convert --to=text "$P/shop.pb.gz" >/dev/full'
  run -2 bash -c '"$MEMPROF" help >/dev/full'
}

@test "a closed standard output is an error, and no file takes its place" {
  run -2 bash -c '"$MEMPROF" top "$P/shop.pb.gz" >&-'
  says "cannot write to standard output: Bad file descriptor"
  run -2 bash -c '"$MEMPROF" merge -o "$P/closed.pb.gz" "$P/nonexistent" >&-'
  [ ! -e "$P/closed.pb.gz" ]
}

@test "a reader that goes away ends us quietly" {
  # With SIGPIPE ignored, as Python's subprocess leaves it, write says EPIPE: we end as git does.
  run bash -c '(trap "" PIPE; sleep 0.3; exec "$MEMPROF" top "$P/wide.pb.gz") 2>"$P/stderr" | true
    exit ${PIPESTATUS[0]}'
  same "$status" 141
  same "$(cat "$P/stderr")" ""
}

@test "messages escape control characters" {
  run -2 memprof top $'/no/such\033[31m\nfile'
  same "${#lines[@]}" 1
  says '/no/such\x1b[31m\nfile'
}
