# memprof doctor: each thing that keeps a program from being profiled is found in a program that has it.
bats_require_minimum_version 1.5.0

setup_file() {
  export T=$BATS_FILE_TMPDIR
  cd "$T"
  echo 'int main(void) { return 0; }' >empty.c
  gcc -g empty.c -o healthy
}

setup() { cd "$T"; }

# refuses WORD... -- PROGRAM: it cannot be profiled; the one line on stderr says why.
refuses() {
  local words=()
  while [ "$1" != -- ]; do words+=("$1") && shift; done
  shift
  run --separate-stderr "$MEMPROF" doctor "$@"
  echo "status $status: $stderr"
  [ "$status" -eq 3 ]
  [ "${#stderr_lines[@]}" -eq 1 ]
  for word in "${words[@]}"; do [[ $stderr == *"$word"* ]]; done
  [[ $output == *' no '* ]]
}

# accepts PROGRAM WORD...: it can be, and the table says these things.
accepts() {
  run "$MEMPROF" doctor "$1"
  echo "$output"
  [ "$status" -eq 0 ]
  shift
  for word in "$@"; do [[ $output == *"$word"* ]]; done
}

@test "a healthy program" {
  accepts ./healthy 'in the program' x86-64 'all functions' .eh_frame glibc "$(readelf -n healthy |
    sed -n 's/.*Build ID: //p')"
}

@test "no such program, by path and by PATH" {
  refuses 'no such program' -- ./nothing
  refuses 'no such program' -- memprof-no-such-program
}
@test "a directory" { refuses 'not a file' -- "$T"; }
@test "not executable" {
  cp healthy plain && chmod -x plain
  refuses 'may not be executed' 'chmod +x' -- ./plain
}
@test "neither program nor script" {
  # The shell runs a file whose first line names no interpreter, as execvp has it.
  echo 'echo hello' >text && chmod +x text
  accepts ./text 'a script that'
}
@test "statically linked" {
  gcc -static empty.c -o static
  refuses 'statically linked' 'without -static' -- ./static
}
@test "static and position-independent" {
  gcc -static-pie empty.c -o static-pie
  refuses 'statically linked' -- ./static-pie
}
@test "built for 32 bits" {
  # The class and machine bytes of the ELF header, as the gABI has them; no 32-bit compiler is needed.
  cp healthy wide && cp wide i386
  printf '\x01' | dd of=i386 bs=1 seek=4 conv=notrunc status=none
  printf '\x03\x00' | dd of=i386 bs=1 seek=18 conv=notrunc status=none
  refuses 'another kind of machine' i386 -- ./i386
}
@test "built for arm64" {
  cp healthy arm
  printf '\xb7\x00' | dd of=arm bs=1 seek=18 conv=notrunc status=none
  refuses 'another kind of machine' arm64 -- ./arm
}
@test "musl" {
  musl-gcc empty.c -o musl
  refuses 'other than glibc' ld-musl -- ./musl
}
@test "a loader that is not there" {
  gcc empty.c -o lost -Wl,--dynamic-linker=/nowhere/ld-linux-x86-64.so.2
  refuses 'dynamic loader is not on this machine' /nowhere/ld-linux -- ./lost
}
@test "its own malloc, exported" {
  printf '#include <stdlib.h>\nvoid *malloc(size_t n) { static char a[99]; return n < 99 ? a : 0; }\n' >own.c
  echo 'int main(void) { return !malloc(1); }' >>own.c
  gcc -fno-builtin own.c -o own -rdynamic
  refuses 'allocator of its own' malloc 'link the allocator dynamically' -- ./own
}
@test "its own malloc, hidden in its symbol table" {
  sed 's/^void \*malloc/static void *malloc_(size_t) __asm__("malloc"); static __attribute__((used)) void *malloc_/; s/!malloc/!malloc_/' own.c >hidden.c
  gcc -fno-builtin hidden.c -o hidden
  nm hidden | grep -q ' t malloc$'
  refuses 'allocator of its own' -- ./hidden
}
@test "jemalloc linked in under a prefix, as Rust's crate does" {
  printf 'void *_rjem_malloc(unsigned long n) { return (void *)n; }\nint main(void) { return !_rjem_malloc(1); }\n' >rjem.c
  gcc rjem.c -o rjem
  refuses 'allocator of its own' _rjem_malloc -- ./rjem
}
@test "merely calling malloc is no allocator, also where the address is in the program (non-PIE)" {
  printf '#include <stdlib.h>\n#include <stdio.h>\nint main(void) { printf("%%p", (void *)malloc); return !malloc(1); }\n' >uses.c
  gcc -no-pie -fno-pic -w uses.c -o uses
  accepts ./uses glibc
}
@test "an allocator linked dynamically is named" {
  gcc empty.c -o je -Wl,--no-as-needed -l:libjemalloc.so.2
  accepts ./je jemalloc
  gcc empty.c -o tc -Wl,--no-as-needed -l:libtcmalloc_minimal.so.4
  accepts ./tc tcmalloc
  gcc empty.c -o mi -Wl,--no-as-needed -l:libmimalloc.so.2
  accepts ./mi mimalloc
}

# another_user COMMAND...: runs it as someone who is not root.
another_user() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

@test "set-uid to another user" {
  cp healthy setuid
  as_root chown 1:1 setuid && as_root chmod 4755 setuid
  refuses 'other privileges' 'profile a copy' -- ./setuid
}
@test "set-gid to another group" {
  cp healthy setgid
  as_root chown :1 setgid && as_root chmod 2755 setgid
  refuses 'other privileges' -- ./setgid
}
@test "set-uid to oneself changes nothing" {
  cp healthy self && chmod u+s self
  accepts ./self 'runs as you'
}
@test "file capabilities, for a user who is not root" {
  dir=$(mktemp -d /tmp/memprof-doctor.XXXXXX)
  cp healthy "$dir/capable" && cp "$MEMPROF" "$dir/memprof" && chmod -R a+rX "$dir"
  as_root setcap cap_net_raw+ep "$dir/capable"
  run another_user env ASAN_OPTIONS=detect_leaks=0 "$dir/memprof" doctor "$dir/capable"
  rm -r "$dir"
  echo "$output"
  [ "$status" -eq 3 ]
  [[ $output == *capabilities* ]]
}

@test "a script: its interpreter is looked at" {
  cp healthy interpreter
  printf '#!%s/interpreter -x\n' "$T" >script && chmod +x script
  accepts ./script "a script that $T/interpreter runs"
  gcc -static empty.c -o interpreter
  refuses 'statically linked' "./script runs $T/interpreter" -- ./script
}
@test "a script by env, and a script run by a script" {
  mkdir -p bin && cp healthy bin/tool
  printf '#!/usr/bin/env -S A=b tool -x\n' >by-env && chmod +x by-env
  PATH=$T/bin:$PATH accepts ./by-env "$T/bin/tool runs"
  printf '#!%s/by-env\n' "$T" >by-script && chmod +x by-script
  PATH=$T/bin:$PATH accepts ./by-script "$T/bin/tool runs"
}
@test "a script whose interpreter is missing" {
  printf '#!/no/such/interpreter\n' >orphan && chmod +x orphan
  refuses 'interpreter cannot be run' /no/such/interpreter -- ./orphan
}
@test "a script that runs itself" {
  printf '#!%s/loop\n' "$T" >loop && chmod +x loop
  refuses 'interpreter cannot be run' -- ./loop
}

@test "stripped, no build-id, no unwind tables: still fine, and said" {
  gcc -s -Wl,--build-id=none -Wl,--no-eh-frame-hdr empty.c -o poor
  accepts ./poor 'build with -g' stripped 'link with -Wl,--build-id' 'no unwind tables'
}
@test "a separate debug file is found" {
  cp healthy apart
  objcopy --only-keep-debug apart apart.debug
  strip apart && objcopy --add-gnu-debuglink=apart.debug apart
  accepts ./apart apart.debug
}
@test "a damaged program" {
  head -c 80 healthy >cut && chmod +x cut
  run --separate-stderr "$MEMPROF" doctor ./cut
  [ "$status" -eq 3 ]
  [ "${#stderr_lines[@]}" -eq 1 ]
}
@test "a name with control characters does not reach the terminal" {
  cp empty.c "$(printf 'evil\033[31m')"
  run "$MEMPROF" doctor "./$(printf 'evil\033[31m')"
  [[ $output != *$'\033[31m'* ]]
}
@test "JSON" {
  run "$MEMPROF" doctor --json ./healthy
  [ "$status" -eq 0 ]
  echo "$output" | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["format"] == "memprof.doctor" and d["can_be_profiled"] is True, d
assert all(set(c) == {"check", "status", "finding", "remedy"} for c in d["checks"])
assert {"program", "allocator", "unwinding"} <= {c["check"] for c in d["checks"]}'
  gcc -static empty.c -o static-json
  run --separate-stderr "$MEMPROF" doctor --json ./static-json
  [ "$status" -eq 3 ]
  echo "$output" | python3 -c 'import json, sys; assert json.load(sys.stdin)["can_be_profiled"] is False'
}

@test "runtimes with a heap of their own: python, gcc's compilers, what needs libjvm" {
  run -0 "$MEMPROF" doctor /usr/bin/python3
  [[ $output == *"own heap"*"CPython"*"PYTHONMALLOC=malloc"* ]]
  run -0 "$MEMPROF" doctor "$(gcc -print-prog-name=cc1plus)"
  [[ $output == *"own heap"*"GCC"* ]]
  gcc -shared -x c /dev/null -o libjvm.so && gcc empty.c -L. -Wl,--no-as-needed -ljvm -o java-like
  run -0 env LD_LIBRARY_PATH=. "$MEMPROF" doctor ./java-like
  [[ $output == *"own heap"*"the JVM"* ]]
  run -0 "$MEMPROF" doctor ./healthy
  [[ $output != *"own heap"* ]]
}

# inside NAME FUNCTION...: a program that defines these functions.
inside() {
  local name=$1 function
  shift
  echo 'int main(void) { return 0; }' >"$name.c"
  for function; do echo "__attribute__((used)) void *$function(unsigned long n) { return (void *)n; }" >>"$name.c"; done
  gcc -w -fno-builtin "$name.c" -o "$name"
}

@test "allocators inside a program are named, and what to do differs" {
  inside je je_arrow_malloc je_arrow_mallctlbymib
  refuses jemalloc je_arrow_mallctlbymib -ljemalloc -- ./je
  inside rjem _rjem_malloc _rjem_mallctlbymib
  refuses jemalloc _rjem_malloc 'global_allocator' -- ./rjem
  inside mi mi_malloc
  refuses mimalloc mi_malloc -lmimalloc -- ./mi
  inside tc tc_malloc malloc
  refuses tcmalloc '(tcmalloc: malloc)' HEAPPROFILE -- ./tc
}
@test "a stripped program that holds an allocator's messages: a note" {
  printf 'const char *volatile m = "<jemalloc>: %%s: Error";\nint main(void) { return !m; }\n' >text.c
  gcc -s text.c -o text
  accepts ./text 'note' 'jemalloc seems to be linked in'
  gcc text.c -o text
  run "$MEMPROF" doctor ./text
  [[ $output != *jemalloc* ]]
}
@test "LLVM's MemProf and sanitizers that are linked in" {
  clang -fmemory-profile empty.c -o llvm
  refuses "LLVM's MemProf" 'build it without -fmemory-profile' -- ./llvm
  clang -fsanitize=address empty.c -o address
  refuses 'sanitizer' 'build it without -fsanitize' -- ./address
}
@test "Go programs: with cgo a note, without it nothing can be loaded" {
  printf 'package main\n// #include <stdlib.h>\nimport "C"\nfunc main() { C.free(C.malloc(1)) }\n' >c.go
  printf 'package main\nfunc main() { println(1) }\n' >pure.go
  export GOCACHE=$T/go
  CGO_ENABLED=1 go build -ldflags '-s -w' -o c c.go
  accepts ./c 'own heap' 'Go: its objects' runtime/pprof
  go build -o pure pure.go
  refuses runtime/pprof -- ./pure
  [[ $output == *'no '*runtime/pprof* && $output != *without\ -static* ]]
}
