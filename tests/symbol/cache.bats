# The symbol cache: the same answers as without, and nothing that is in its files is believed.
bats_require_minimum_version 1.5.0

setup_file() {
  export F=$BATS_TEST_DIRNAME/fixture T=$BATS_FILE_TMPDIR
  cd "$T"
  gcc -O2 -c "$F/here.c" -o here.o
  gcc -O2 -g "$F/inlined.c" "$F/main.c" here.o -o inlined
  g++ -O2 -g "$F/names.cpp" here.o -o names
  for name in inlined names; do
    ./$name >$name.txt
    "$LOOKUP" --print <$name.txt >$name.expected
  done
  grep -q plain inlined.expected
}

setup() {
  cd "$T"
  C=$BATS_TEST_TMPDIR/cache
}

cache_file() { echo "$C"/*.sym; }

@test "what the cache says is what was found" {
  for name in inlined names; do
    "$LOOKUP" --print --cache "$C" <$name.txt | diff $name.expected -
    "$LOOKUP" --print --cache "$C" <$name.txt | diff $name.expected -
  done
  [ "$(ls "$C" | wc -l)" -eq 2 ]
}

@test "a hit does not read the binary" {
  "$LOOKUP" --print --cache "$C" <inlined.txt >/dev/null
  strace -f -e trace=openat -o trace "$LOOKUP" --cache "$C" --build-id "$(readelf -n inlined |
    sed -n 's/.*Build ID: //p')" <inlined.txt || true
  grep -q '\.sym' trace
  # The sanitizers' own start reads what runs; the fixture is not that.
  run ! grep -q "\"$T/inlined\"" trace
}

@test "a cache that knows some addresses learns the others" {
  head -1 inlined.txt | "$LOOKUP" --cache "$C"
  small=$(stat -c %s "$(cache_file)")
  "$LOOKUP" --print --cache "$C" <inlined.txt | diff inlined.expected -
  [ "$(stat -c %s "$(cache_file)")" -gt "$small" ]
}

@test "directory and files are private" {
  "$LOOKUP" --cache "$C" <inlined.txt
  [ "$(stat -c %a "$C")" = 700 ]
  [ "$(stat -c %a "$(cache_file)")" = 600 ]
}

@test "a directory that others can write to is not used" {
  mkdir -m 777 "$C" && chmod 777 "$C"
  "$LOOKUP" --cache "$C" <inlined.txt
  [ -z "$(ls "$C")" ]
}

@test "a link in place of the directory is not used" {
  mkdir -m 700 "$BATS_TEST_TMPDIR/real"
  ln -s "$BATS_TEST_TMPDIR/real" "$C"
  "$LOOKUP" --cache "$C" <inlined.txt
  [ -z "$(ls "$BATS_TEST_TMPDIR/real")" ]
}

@test "damaged cache files are ignored and replaced" {
  "$LOOKUP" --cache "$C" <inlined.txt
  file=$(cache_file)
  cp "$file" good
  for damage in 'printf X | dd of=$file bs=1 seek=200 conv=notrunc status=none' 'truncate -s 100 $file' \
    'truncate -s +1 $file' ': >$file' 'printf X | dd of=$file bs=1 conv=notrunc status=none'; do
    cp good "$file"
    eval "$damage"
    "$LOOKUP" --print --cache "$C" <inlined.txt | diff inlined.expected -
    cmp good "$file"
  done
}

@test "hostile cache files with a right checksum do not crash" {
  "$LOOKUP" --cache "$C" <inlined.txt
  file=$(cache_file)
  cp "$file" good
  for seed in $(seq 150); do
    "$FORGE" good "$seed" >"$file"
    timeout 10 "$LOOKUP" --quiet --cache "$C" <inlined.txt
  done
}

@test "a binary that was rebuilt at its path is looked up anew" {
  cp inlined moving
  sed "s|$T/inlined|$T/moving|" inlined.txt >moving.txt
  "$LOOKUP" --cache "$C" <moving.txt
  cp names moving # another file, other names; its build-id is its own
  run "$LOOKUP" --print --cache "$C" <moving.txt
  [[ $output != *deep* ]]
}

@test "a hostile binary with another's build-id spoils no answers but its own" {
  gcc -O0 -g -DEVIL "$F/inlined.c" "$F/main.c" here.o -o evil -Wl,--build-id=0x"$(readelf -n inlined |
    sed -n 's/.*Build ID: //p')"
  "$LOOKUP" --print --cache "$C" --file "$T/evil" <inlined.txt >/dev/null
  "$LOOKUP" --print --cache "$C" <inlined.txt | diff inlined.expected -
}

@test "debug information that turns up later is used, wherever it does" {
  objcopy --only-keep-debug inlined separate
  id=$(readelf -n inlined | sed -n 's/.*Build ID: //p')
  for place in "dirs/.build-id/${id:0:2}/${id:2}.debug" late.debug .debug/late.debug "dirs$T/late.debug"; do
    strip inlined -o late # a new file each time: what was found for the last one does not count
    run ! "$LOOKUP" --cache "$C" --debug-dirs "$T/dirs" --file "$T/late" <inlined.txt
    mkdir -p "$(dirname "$place")"
    cp separate "$place"
    "$LOOKUP" --cache "$C" --debug-dirs "$T/dirs" --file "$T/late" <inlined.txt
    rm "$place"
  done
}

@test "many at once leave whole files" {
  for i in $(seq 8); do
    { [ $((i % 2)) = 0 ] && cat inlined.txt || head -1 inlined.txt; } | "$LOOKUP" --cache "$C" &
  done
  wait
  "$LOOKUP" --print --cache "$C" <inlined.txt | diff inlined.expected -
  [ -z "$(ls "$C" | grep -v '\.sym$')" ]
}
