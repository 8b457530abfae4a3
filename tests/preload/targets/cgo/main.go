package main

/*
#include <stdlib.h>
__attribute__((noinline)) static void *c_300(void) { return malloc(300); }
*/
import "C"

import "fmt"

func main() {
	done := make(chan int)
	for i := 0; i < 4; i++ {
		go func() {
			for k := 0; k < 25; k++ {
				C.c_300()
			}
			done <- 1
		}()
	}
	for i := 0; i < 4; i++ {
		<-done
	}
	fmt.Println("done")
}
