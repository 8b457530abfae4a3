/* Allocations from ever new stacks: the shim has to grow its tables for them. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

/* Each path through these two is a stack of its own: bit i of `path` says which of them calls at
 * depth i. */
static void *left(uint64_t path, unsigned depth, size_t size);

__attribute__((noinline)) static void *right(uint64_t path, unsigned depth, size_t size) {
  void *p = depth ? (path & 1 ? right : left)(path >> 1, depth - 1, size) : malloc(size);
  __asm__ volatile("" : : "r"(p));
  return p;
}

__attribute__((noinline)) static void *left(uint64_t path, unsigned depth, size_t size) {
  void *p = depth ? (path & 1 ? right : left)(path >> 1, depth - 1, size) : malloc(size);
  __asm__ volatile("" : : "r"(p));
  return p;
}
