// Blocks of C in a Go program: some that Go's heap holds, some that were lost in main's goroutine and in one that has ended.
package main

/*
#include <stdlib.h>
#include <string.h>
static void *take(size_t n) { void *p = malloc(n); memset(p, 1, n); return p; }
*/
import "C"
import "unsafe"

type holder struct {
	next *holder
	held unsafe.Pointer
}

var kept *holder

//go:noinline
func lose(n int) byte {
	p := C.take(C.size_t(n))
	return *(*byte)(p)
}

//go:noinline
func keep(n int) { kept = &holder{kept, C.take(C.size_t(n))} }

func main() {
	total := byte(0)
	for i := 0; i < 3; i++ {
		total += lose(100 + i)
	}
	for i := 0; i < 100; i++ {
		keep(64)
	}
	done := make(chan bool)
	go func() { total += lose(200); keep(80); done <- true }()
	<-done
	if total != 4 {
		panic(total)
	}
}
