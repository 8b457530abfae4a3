#!/bin/sh
# Makes go-heap.pb.gz again, with the Go toolchain of Debian 12 (1.19). Its figures are sampled, so they
# differ from run to run; the tests compare with what `go tool pprof` says of the same file.
set -eu
cd "$(dirname "$0")"
GO111MODULE=off go run main.go >../go-heap.pb.gz
