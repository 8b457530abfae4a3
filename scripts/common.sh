# Shared by the scripts in this folder: where we are, one line a step, output only when a step fails.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export LC_ALL=C.UTF-8
jobs=$(nproc)

# step TEXT COMMAND...: says TEXT, runs COMMAND quietly; when it fails, shows what it said and stops.
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

# configure DIR OPTION...: sets DIR up, or brings an old one up to date.
configure() {
  local dir=$1
  shift
  if [ -f "$dir/build.ninja" ]; then
    meson configure "$dir" "$@"
  else
    meson setup "$dir" "$@"
  fi
}
