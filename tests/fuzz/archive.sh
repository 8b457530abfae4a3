#!/bin/bash
# archive.sh OUTPUT COMPILER... -- SOURCE...: compiles the sources, one after another, into an archive.
set -eu
output=$1 compiler=() objects=()
shift
while [ "$1" != -- ]; do
  compiler+=("$1")
  shift
done
shift
scratch=$(mktemp -d "$output.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for source; do
  objects+=("$scratch/${#objects[@]}.o")
  "${compiler[@]}" -c -o "${objects[-1]}" "$source"
done
rm -f "$output"
ar rcs "$output" "${objects[@]}"
