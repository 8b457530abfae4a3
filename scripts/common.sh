# The code that the scripts in this folder share. A script sources this file first, with its own arguments:
#
#   script --help    prints the comment at the script's top, then the help of the Python program that does the work, if the
#                    script has named it in `program`; nothing else happens
#   step, configure  one line a step; a step's output is shown only when the step fails
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export LC_ALL=C.UTF-8
jobs=$(nproc)

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "scripts/$(basename "$0")"
  [ -z "${program:-}" ] || PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$program" --help
  exit
fi

# step TEXT COMMAND...: prints TEXT and runs COMMAND quietly. When COMMAND fails, its output is shown and the script ends.
step() {
  local text=$1 log
  shift
  log=$(mktemp)
  printf '%s\n' "$text"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    printf '%s: failed: %s\n' "$text" "$*" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    printf 'this needs root or sudo: %s\n' "$*" >&2
    return 1
  fi
}

# configure DIR OPTION...: sets DIR up, or brings it up to date. Meson looks for programs and libraries again only when it is
# asked to: a folder that was set up before bats was installed would have no tests for ever.
configure() {
  local dir=$1
  shift
  if [ -f "$dir/build.ninja" ]; then
    meson setup --reconfigure "$dir" "$@"
  else
    meson setup "$dir" "$@"
  fi
}

# build_release DIR TARGET...: the packages of groups run and build must be installed.
build_release() {
  local dir=$1
  shift
  step "Configuring $dir" configure "$dir" -Dbuildtype=release
  step "Building $dir" ninja -C "$dir" -j "$jobs" "$@"
}
