#!/usr/bin/env bats
# The numbers equal those of go tool pprof, on our profiles and on Go's own.
load helpers

# "name flat cum" lines, sorted, by go tool pprof and by memprof. pprof scales to bytes; 0 has no unit.
by_pprof() {
  go tool pprof -top -nodecount=0 -nodefraction=0 -unit=B -sample_index="$1" "$2" 2>/dev/null |
    awk 'seen { sub(/ \(inline\)$/, ""); flat = $1; cum = $4; $1 = $2 = $3 = $4 = $5 = ""
                sub(/^ +/, ""); sub(/B$/, "", flat); sub(/B$/, "", cum); print $0, flat + 0, cum + 0 }
         /flat +flat%/ { seen = 1 }' | sort
}
by_memprof() {
  memprof top --json --sample-index="$1" "$2" |
    jq -r '.nodes[] | select(.flat.value != 0 or .cum.value != 0) | "\(.name) \(.flat.value) \(.cum.value)"' | sort
}

setup() {
  command -v go >/dev/null || skip "go is not installed"
}

@test "top equals pprof's, each figure of our own profile" {
  for type in alloc_objects alloc_space inuse_objects inuse_space peak_objects peak_space; do
    by_pprof "$type" "$P/shop.pb.gz" >"$P/want"
    [ "$(wc -l <"$P/want")" -ge 3 ]
    diff "$P/want" <(by_memprof "$type" "$P/shop.pb.gz")
  done
}

@test "top equals pprof's, on a Go program's heap" {
  for type in alloc_objects alloc_space inuse_objects inuse_space; do
    by_pprof "$type" "$DATA/go_heap.pb.gz" >"$P/want"
    [ "$(wc -l <"$P/want")" -ge 5 ]
    diff "$P/want" <(by_memprof "$type" "$DATA/go_heap.pb.gz")
  done
}

@test "the default figure is pprof's" {
  for file in "$P/shop.pb.gz" "$DATA/go_heap.pb.gz"; do
    same "$(memprof top "$file" | grep ^Type)" "$(go tool pprof -top "$file" 2>/dev/null | grep ^Type)"
  done
}

@test "filters mean what pprof's mean" {
  for filter in -focus=churn -ignore=churn -hide=makeSmall '-show=^main' -tagfocus=256b; do
    go tool pprof -top -nodecount=0 -nodefraction=0 -unit=B "$filter" "$DATA/go_heap.pb.gz" 2>/dev/null |
      awk 'seen { sub(/ \(inline\)$/, ""); print $6, $1 + 0, $4 + 0 } /flat +flat%/ { seen = 1 }' | sort >"$P/want"
    memprof top --json "$filter" "$DATA/go_heap.pb.gz" |
      jq -r '.nodes[] | select(.flat.value != 0 or .cum.value != 0) | "\(.name) \(.flat.value) \(.cum.value)"' |
      sort >"$P/have"
    diff "$P/want" "$P/have" || { echo "$filter"; return 1; }
  done
}

@test "sampled figures of a Go program carry error bars" {
  run -0 memprof top "$DATA/go_heap.pb.gz"
  says "sampled every 512"
  says "  95%  "
  # A site of 512 KiB a sample may have ln 24 times that, 1.589 MiB, without one.
  says "Sites of up to 1.6 MiB"
}

@test "pprof's web pages show our profile" {
  local address function
  address=localhost:$(python3 -c 'import socket; s = socket.socket(); s.bind(("localhost", 0)); print(s.getsockname()[1])')
  # The tool itself: `go tool` would leave it behind when it is killed.
  "$(go tool -n pprof)" -no_browser -http="$address" "$P/shop.pb.gz" 2>/dev/null &
  local server=$!
  curl -fsSL --noproxy '*' --retry 20 --retry-connrefused --retry-delay 1 "http://$address/top" >"$P/page" || true
  kill "$server"
  function=$(memprof top --json "$P/shop.pb.gz" | jq -r '.nodes[0].name')
  grep -F "$function" "$P/page"
}
