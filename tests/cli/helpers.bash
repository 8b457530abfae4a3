# Common to the tests of the command. meson sets MEMPROF and MAKE_PROFILES to what it built.
bats_require_minimum_version 1.5.0

setup_file() {
  export P=$BATS_FILE_TMPDIR
  "$MAKE_PROFILES" "$P"
  mkdir -p "$P/src"
  # The sources that shop.pb.gz names, each line saying its number.
  for file in parse.c main.c; do
    for i in $(seq 1 40); do printf '\tsource line %d of %s\n' "$i" "$file"; done >"$P/src/$file"
  done
  export XDG_CACHE_HOME=$P/cache TZ=UTC LC_ALL=C PPROF_TMPDIR=$P/pprof
  unset NO_COLOR COLUMNS DEBUGINFOD_URLS
}

memprof() { "$MEMPROF" "$@"; }

# Fails, showing both, unless $1 equals $2.
same() {
  [ "$1" = "$2" ] || { printf 'have: %s\nwant: %s\n' "$1" "$2"; return 1; }
}

# Fails unless $output contains $1.
says() {
  [[ $output == *"$1"* ]] || { printf 'output: %s\nlacks: %s\n' "$output" "$1"; return 1; }
}

# One line of error that names what is wrong ($1), and exit status 2.
fails_with() {
  local wanted=$1
  shift
  run --separate-stderr -2 "$@"
  same "$output" ""
  same "${#stderr_lines[@]}" 1
  [[ $stderr == "memprof: "*"$wanted"* ]] || { printf 'stderr: %s\nlacks: %s\n' "$stderr" "$wanted"; return 1; }
}

# Fails if the command succeeds. (A plain `!` cannot: it switches `set -e` off for its command.)
not() { ! "$@"; }
