// Makes ../go-heap.pb.gz, a heap profile by Go's own runtime to test the pprof reader with: see
// make.sh. Four hot sites of known proportions, one of them inlined, one freed again.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var kept [][]byte

//go:noinline
func keepLarge() { kept = append(kept, make([]byte, 1<<20)) }

//go:noinline
func keepSmall() { kept = append(kept, make([]byte, 1000)) }

func inlined(n int) []byte { return make([]byte, n) }

//go:noinline
func keepInlined() { kept = append(kept, inlined(64<<10)) }

//go:noinline
func churn() {
	garbage := make([]byte, 32<<10)
	garbage[0] = 1
	runtime.KeepAlive(&garbage)
}

//go:noinline
func recurse(depth int) {
	if depth > 0 {
		recurse(depth - 1)
		return
	}
	keepSmall()
}

func main() {
	for i := 0; i < 20; i++ {
		keepLarge()
	}
	for i := 0; i < 5000; i++ {
		recurse(i % 4)
		churn()
	}
	for i := 0; i < 100; i++ {
		keepInlined()
	}
	runtime.GC()
	if err := pprof.WriteHeapProfile(os.Stdout); err != nil {
		panic(err)
	}
}
