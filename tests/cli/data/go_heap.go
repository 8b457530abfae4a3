// Wrote go_heap.pb.gz: `go run go_heap.go` (go 1.19). A real heap profile of another tool, sampled
// at Go's default rate, with drop_frames, inlined frames and build ids as Go writes them.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var kept [][]byte

//go:noinline
func keepLarge(n int) {
	for i := 0; i < n; i++ {
		kept = append(kept, make([]byte, 1<<20))
	}
}

func makeSmall() []byte { return make([]byte, 256) } // inlined into churn

//go:noinline
func churn(n int) (sum int) {
	for i := 0; i < n; i++ {
		b := makeSmall()
		if i%100 == 0 {
			kept = append(kept, b)
		}
		sum += len(b)
	}
	return sum
}

func main() {
	keepLarge(8)
	churn(200000)
	runtime.GC()
	f, err := os.Create("go_heap.pb.gz")
	if err != nil {
		panic(err)
	}
	if err := pprof.WriteHeapProfile(f); err != nil {
		panic(err)
	}
	f.Close()
}
