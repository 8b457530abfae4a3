# Functions, lines and inlined frames from every kind of binary and debug file that Debian's compilers
# make. The fixtures say themselves what is true (fixture/here.h): the compiler's __LINE__ and the names that
# their author reads there.

bats_require_minimum_version 1.5.0

setup_file() {
  export F=$BATS_TEST_DIRNAME/fixture T=$BATS_FILE_TMPDIR
  cd "$T"
  gcc -O2 -c "$F/here.c" -o here.o -fPIC
  gcc -O2 -g "$F/inlined.c" "$F/main.c" here.o -o inlined
  ./inlined >inlined.txt
}

setup() { cd "$T"; }

build_id() { readelf -n "$1" | sed -n 's/.*Build ID: //p'; }

# by_build_id DIR FILE: puts FILE where a debug file for inlined belongs.
by_build_id() {
  local id
  id=$(build_id inlined)
  mkdir -p "$1/.build-id/${id:0:2}"
  cp "$2" "$1/.build-id/${id:0:2}/${id:2}.debug"
}

# check FLAGS... : builds inlined.c with the flags, runs it, looks everything up.
check() {
  "${CC:-gcc}" -O2 "$@" "$F/inlined.c" "$F/main.c" here.o -o program
  ./program >program.txt
  [ "$(wc -l <program.txt)" -ge 4 ]
  "$LOOKUP" <program.txt
}

@test "C: three inlined frames and their lines" {
  [ "$(wc -l <inlined.txt)" -ge 4 ]
  "$LOOKUP" <inlined.txt
}

@test "C: the whole chain with all lines is addr2line's" {
  "$LOOKUP" --print <inlined.txt | awk -F'\t' 'NF > 1 { print $1; print $3 }' >found
  # addr2line wants addresses; see that the linker made them equal to the offsets.
  read -r offset address < <(readelf -lW inlined | awk '$1 == "LOAD" && / R E / { print $2, $3 }')
  [ $((offset)) -eq $((address)) ]
  cut -f2 inlined.txt | sed 's/^/0x/' | addr2line -fie inlined | sed 's/ (discriminator.*//' >expected
  diff expected found
}

@test "C by clang, which writes no .debug_aranges" { CC=clang check -g; }
@test "DWARF 4" { check -gdwarf-4; }
@test "DWARF 5 by clang" { CC=clang check -gdwarf-5; }
@test "compressed debug sections" { check -g -gz=zlib; }
@test "not position-independent" { check -g -no-pie; }
@test "link-time optimisation" { check -g -flto; }
@test "split DWARF in .dwo files" {
  for source in inlined main; do gcc -O2 -g -gsplit-dwarf -c "$F/$source.c" -o "split-$source.o"; done
  gcc split-inlined.o split-main.o here.o -o split
  [ -f split-inlined.dwo ]
  ./split >split.txt
  "$LOOKUP" <split.txt
}
@test "split DWARF by clang" {
  for source in inlined main; do clang -O2 -g -gsplit-dwarf -c "$F/$source.c" -o "csplit-$source.o"; done
  gcc csplit-inlined.o csplit-main.o here.o -o csplit
  ./csplit >csplit.txt
  "$LOOKUP" <csplit.txt
}
@test "split DWARF packed in a .dwp: functions and lines of the code itself" {
  mkdir -p packed && cd packed
  for source in inlined main; do gcc -O2 -g -gdwarf-4 -gsplit-dwarf -c "$F/$source.c" -o "$source.o"; done
  gcc inlined.o main.o ../here.o -o program
  timeout 60 dwp -e program -o program.dwp
  rm ./*.dwo
  ./program >program.txt
  "$LOOKUP" --no-lines <program.txt
}

@test "shared library" {
  gcc -O2 -g -fPIC -shared "$F/inlined.c" here.o -o libinlined.so
  gcc "$F/main.c" -o uses-library -L. -linlined -Wl,-rpath,"$T"
  ./uses-library >library.txt
  grep -q libinlined.so library.txt
  "$LOOKUP" <library.txt
}

@test "segments whose offsets and addresses differ" {
  gcc -O2 -g -fPIC -shared "$F/inlined.c" here.o -o libmoved.so -Wl,-z,max-page-size=0x10000 \
    -Wl,-Ttext-segment=0x5000000
  gcc "$F/main.c" -o uses-moved -L. -lmoved -Wl,-rpath,"$T"
  read -r offset address < <(readelf -lW libmoved.so | awk '$1 == "LOAD" && / R E / { print $2, $3 }')
  [ $((offset)) -ne $((address)) ]
  ./uses-moved >moved.txt
  "$LOOKUP" <moved.txt
}

@test "C++: templates, lambdas, constructors, operator new[]" {
  g++ -O2 -g "$F/names.cpp" here.o -o names
  ./names >names.txt
  [ "$(wc -l <names.txt)" -ge 10 ]
  "$LOOKUP" <names.txt
}

@test "C++ by clang" {
  clang++ -O2 -g "$F/names.cpp" here.o -o names-clang
  ./names-clang >names-clang.txt
  "$LOOKUP" <names-clang.txt
}

@test "C++ without debug information has the same names" {
  g++ -O2 "$F/names.cpp" here.o -o names-plain
  ./names-plain >names-plain.txt
  "$LOOKUP" --no-lines <names-plain.txt
}

@test "the raw name is in system_name" {
  g++ -O2 -g "$F/names.cpp" here.o -o names-raw
  ./names-raw | "$LOOKUP" --print | grep -P '^operator new\[\]\t_Znam\t'
}

@test "Rust, legacy mangling" {
  rustc -O -g "$F/names.rs" --crate-name names -o names-rust -C link-arg=here.o
  ./names-rust >rust.txt
  [ "$(wc -l <rust.txt)" -eq 2 ]
  "$LOOKUP" <rust.txt
}

@test "Rust, v0 mangling" {
  rustc -O -g -C symbol-mangling-version=v0 --cfg mangling_v0 "$F/names.rs" --crate-name names -o names-v0 -C link-arg=here.o
  ./names-v0 >v0.txt
  nm names-v0 | grep -q ' _R.*outer'
  "$LOOKUP" <v0.txt
}

@test "stripped of debug information: functions by .symtab" {
  strip -g inlined -o nodebug
  "$LOOKUP" --no-lines --file "$T/nodebug" <inlined.txt
}

@test "stripped with .gnu_debuglink, beside it and in .debug" {
  objcopy --only-keep-debug inlined linked.debug
  strip inlined -o linked
  objcopy --add-gnu-debuglink=linked.debug linked
  "$LOOKUP" --file "$T/linked" <inlined.txt
  mkdir -p .debug && mv linked.debug .debug/
  "$LOOKUP" --file "$T/linked" <inlined.txt
  rm -r .debug
  run ! "$LOOKUP" --file "$T/linked" <inlined.txt
}

@test "stripped, debug file in the build-id directory" {
  strip inlined -o bare
  run ! "$LOOKUP" --file "$T/bare" <inlined.txt
  objcopy --only-keep-debug inlined only.debug
  by_build_id "$T/debug" only.debug
  "$LOOKUP" --debug-dirs "/nowhere:$T/debug" --file "$T/bare" <inlined.txt
}

@test "stripped, debug file by its link below a directory: by the whole path, a part of it, and none" {
  objcopy --only-keep-debug inlined path.debug
  strip inlined -o linked3
  objcopy --add-gnu-debuglink=path.debug linked3
  for place in "$T" "/$(basename "$T")" ""; do
    mkdir -p "by-link$place" && cp path.debug "by-link$place/"
    mv path.debug kept
    "$LOOKUP" --debug-dirs "/nowhere:$T/by-link" --file "$T/linked3" <inlined.txt
    mv kept path.debug
    rm -r by-link
  done
}

@test "stripped, debug file in a directory beside it that the user names" {
  objcopy --only-keep-debug inlined beside.debug
  strip inlined -o linked4
  objcopy --add-gnu-debuglink=beside.debug linked4
  mkdir -p near && mv beside.debug near/
  "$LOOKUP" --debug-dirs near --file "$T/linked4" <inlined.txt
}

@test "no client for servers is loaded where there is neither a debug file nor a server" {
  strip inlined -o alone
  export ASAN_OPTIONS=detect_leaks=0 # LeakSanitizer does not work beside strace
  strace -f -e trace=openat -o calls "$LOOKUP" --print --file "$T/alone" <inlined.txt >out
  grep -q 'alone+0x' out
  run ! grep -E 'debuginfod|curl' calls
  export DEBUGINFOD_CACHE_PATH=$T/debuginfod3
  DEBUGINFOD_URLS=http://127.0.0.1:1/ strace -f -e trace=openat -o calls "$LOOKUP" --print --file "$T/alone" <inlined.txt >out
  grep -q 'libdebuginfod.*= [0-9]' calls
}

@test "a debug file of another build is refused" {
  strip inlined -o bare2
  gcc -O1 -g -DOTHER "$F/inlined.c" "$F/main.c" here.o -o other
  objcopy --only-keep-debug other other.debug
  by_build_id "$T/wrong" other.debug
  run "$LOOKUP" --print --debug-dirs "$T/wrong" --file "$T/bare2" <inlined.txt
  [ "$status" -eq 0 ]
  [[ $output != *inlined.c* ]]
}

@test "debug information shared by dwz (.gnu_debugaltlink)" {
  gcc -O2 -g "$F/inlined.c" "$F/main.c" here.o -o dwz1
  gcc -O2 -g -DSECOND "$F/inlined.c" "$F/main.c" here.o -o dwz2
  dwz -m common.dwz dwz1 dwz2
  readelf -SW dwz1 | grep -q gnu_debugaltlink
  ./dwz1 >dwz.txt
  "$LOOKUP" <dwz.txt
}

@test "MiniDebugInfo: names of a stripped program" {
  nm inlined --format=posix --defined-only | awk '$2 ~ /[Tt]/ { print $1 }' | sort >keep
  objcopy -S --keep-symbols=keep inlined mini
  objcopy --only-keep-debug inlined mini.syms
  objcopy -S --remove-section .gdb_index --remove-section .comment --keep-symbols=keep mini.syms mini.tiny
  xz -f mini.tiny
  strip inlined -o mini
  run ! "$LOOKUP" --no-lines --file "$T/mini" <inlined.txt
  objcopy --add-section .gnu_debugdata=mini.tiny.xz mini
  "$LOOKUP" --no-lines --file "$T/mini" <inlined.txt
}

@test "another file at the path is not used, and it is said" {
  run --separate-stderr "$LOOKUP" --print --build-id 0123456789abcdef <inlined.txt
  [ "$status" -eq 0 ]
  [[ $output != *plain* ]]
  [[ $output == *inlined+0x* ]]
  [[ $stderr == *"$T/inlined is not the file that was profiled"* ]]
}

@test "the right build-id is used" {
  "$LOOKUP" --build-id "$(build_id inlined)" <inlined.txt
}

@test "another file at the path, the right one by build-id" {
  id=$(build_id inlined)
  mkdir -p "byid/.build-id/${id:0:2}"
  cp inlined "byid/.build-id/${id:0:2}/${id:2}"
  gcc -O1 "$F/inlined.c" "$F/main.c" here.o -o impostor
  "$LOOKUP" --file "$T/impostor" --build-id "$id" --debug-dirs "$T/byid" <inlined.txt
  "$LOOKUP" --file /no/such/file --build-id "$id" --debug-dirs "$T/byid" <inlined.txt
}

@test "a build-id cannot lead out of the directory" {
  mkdir -p byid2/.build-id/..
  run "$LOOKUP" --print --file /no/such --build-id "../../$(build_id inlined)" --debug-dirs "$T/byid2" <inlined.txt
  [ "$status" -eq 0 ]
}

@test "a stripped function keeps one name, that of its first byte" {
  strip inlined -o anonymous
  start=$(nm inlined | sed -n 's/^0*\([0-9a-f]*\) . plain$/\1/p')
  grep -P '\tplain$' inlined.txt | "$LOOKUP" --print --file "$T/anonymous" | grep -qP "^anonymous\+0x$start\t"
}

@test "no file: named by the module and the offset, and the flags do not lie" {
  run "$LOOKUP" --print --file /no/such/libgone.so <inlined.txt
  offset=$(sed -n '1s/^[^\t]*\t\([0-9a-f]*\)\t.*/\1/p' inlined.txt)
  [[ $output == *"$offset 0000"* ]]
  [[ $output == *"libgone+0x$offset"* ]]
}

@test "the flags tell what is known" {
  "$LOOKUP" --print <inlined.txt | grep -q ' 1111$'
  strip -g inlined -o flags
  "$LOOKUP" --print --file "$T/flags" <inlined.txt | grep -q ' 1000$'
}

@test "a C library's inner name gives way to the exported one" {
  printf 'void here(int, const char *);\nvoid __GI_open_it(void) __attribute__((noinline));\n' >inner.c
  printf 'void __GI_open_it(void) { here(3, "open_it"); __asm__ volatile(""); }\n' >>inner.c
  printf 'extern void open_it(void) __attribute__((alias("__GI_open_it")));\nint main(void) { open_it(); }\n' >>inner.c
  gcc -O1 -g inner.c here.o -o inner
  ./inner | "$LOOKUP"
}

@test "functions folded into one are marked" {
  printf 'void here(int, const char *);\nvoid one(void) { here(2, "one"); __asm__ volatile(""); }\n' >folded.c
  printf 'extern void two(void) __attribute__((alias("one")));\n' >>folded.c
  printf 'void alone(void) { here(4, "alone"); __asm__ volatile(""); }\nint main(void) { one(); alone(); }\n' >>folded.c
  gcc -O0 -g folded.c here.o -o folded
  ./folded | "$LOOKUP" --print >found
  [ "$(grep -c ' folded ' found)" -eq 1 ]
  grep -A1 ' folded ' found | grep -q '^one'
}

@test "debuginfod: a server's debug file is used" {
  strip inlined -o served
  id=$(build_id inlined)
  mkdir -p "server/buildid/$id"
  objcopy --only-keep-debug inlined "server/buildid/$id/debuginfo"
  python3 -u -m http.server --bind 127.0.0.1 --directory server 0 >server.log 2>&1 &
  pid=$!
  for _ in $(seq 100); do grep -q 'port [0-9]' server.log && break; sleep 0.1; done
  port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' server.log)
  export DEBUGINFOD_CACHE_PATH=$T/debuginfod
  DEBUGINFOD_URLS=http://127.0.0.1:$port/ run "$LOOKUP" --file "$T/served" --build-id "$id" <inlined.txt
  kill $pid
  [ "$status" -eq 0 ]
}

@test "debuginfod: a server that refuses costs nothing but the debug information" {
  strip inlined -o refused
  export DEBUGINFOD_CACHE_PATH=$T/debuginfod2
  DEBUGINFOD_URLS=http://127.0.0.1:1/ "$LOOKUP" --print --file "$T/refused" <inlined.txt | grep -q 'refused+0x'
}

@test "memprof symbolize says how many locations it named, in which files, and what stays without a name" {
  gcc -O1 -g -o named -x c - <<'END'
#include <stdlib.h>
__attribute__((noinline)) void *take(size_t n) { return malloc(n); }
int main(void) { void *volatile p = take(1000); (void)p; return 0; }
END
  "$MEMPROF" run -q --exact --no-symbolize -o plain.pb.gz ./named
  run -0 "$MEMPROF" symbolize -o symbolized.pb.gz plain.pb.gz
  [[ $output =~ ^memprof:\ named\ ([0-9]+)\ of\ ([0-9]+)\ locations\ that\ had\ no\ name:\ .*[0-9]+\ in\ named ]] || { echo "$output"; false; }
  [ "${BASH_REMATCH[1]}" -gt 0 ]
  go tool pprof -symbolize=none -raw symbolized.pb.gz 2>/dev/null | grep -q ' take '
  run -0 "$MEMPROF" symbolize -o again.pb.gz symbolized.pb.gz
  [[ $output == "memprof: "*"names already; --force looks them up again" ]] || { echo "$output"; false; }
  rm named
  run -0 "$MEMPROF" symbolize -o lost.pb.gz plain.pb.gz
  [[ $output == *" without a name: "*" in named"* ]] || { echo "$output"; false; }
}
