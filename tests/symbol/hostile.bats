# Damaged binaries, debug files and caches: whatever they hold, the symbolizer ends, and without a crash.
# (In the sanitizer build the sanitizers judge, too.)
bats_require_minimum_version 1.5.0

setup_file() {
  export F=$BATS_TEST_DIRNAME/fixture T=$BATS_FILE_TMPDIR
  cd "$T"
  gcc -O2 -c "$F/here.c" -o here.o
  gcc -O2 -g "$F/inlined.c" "$F/main.c" here.o -o inlined
  g++ -O2 -g -gdwarf-4 "$F/names.cpp" here.o -o names
  ./inlined >inlined.txt
  ./names >names.txt
}

setup() { cd "$T"; }

# survives NAME SEED: 120 damaged copies of a fixture.
survives() {
  python3 "$BATS_TEST_DIRNAME/mutate.py" "$1" "damaged-$2" 120 "$2"
  for file in "damaged-$2"/*; do
    status=0
    timeout 30 "$LOOKUP" --quiet --file "$T/$file" <"$1.txt" || status=$?
    [ "$status" -eq 0 ] || { echo "$file: status $status"; return 1; }
  done
}

@test "damaged C program, DWARF 5" { survives inlined 1; }
@test "damaged C++ program, DWARF 4" { survives names 2; }

@test "every length of a cut header" {
  for length in $(seq 0 7 1200); do
    head -c "$length" inlined >cut
    "$LOOKUP" --quiet --file "$T/cut" <inlined.txt
  done
}

@test "damaged debug file found by build-id" {
  objcopy --only-keep-debug inlined only.debug
  strip inlined -o bare
  id=$(readelf -n inlined | sed -n 's/.*Build ID: //p')
  mkdir -p "dirs/.build-id/${id:0:2}"
  python3 "$BATS_TEST_DIRNAME/mutate.py" only.debug damaged-debug 80 3
  for file in damaged-debug/*; do
    cp "$file" "dirs/.build-id/${id:0:2}/${id:2}.debug"
    timeout 30 "$LOOKUP" --quiet --debug-dirs "$T/dirs" --file "$T/bare" <inlined.txt
  done
}

@test "neither a device, a fifo nor a directory is opened" {
  mkfifo pipe
  for file in "$T/pipe" /dev/zero /dev/tty "$T" /proc/self/mem; do
    timeout 10 "$LOOKUP" --quiet --file "$file" <inlined.txt
  done
}

@test "a path that is not absolute is not opened" {
  run "$LOOKUP" --print --file inlined <inlined.txt
  [ "$status" -eq 0 ]
  [[ $output != *plain* ]]
}
