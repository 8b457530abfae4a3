"""A program of the labelled set: small, with a pattern that a rule of `memprof advise` is for, in
its fixed version, too; or a look-alike that is fine.

Every program takes the number of rounds and does the same work in each, beside ordinary allocations
of other kinds (`noise`). `expect` names the rule and the functions that the item may name; `also`
lists rules that are right for the program as well, whatever function they name ("peak") or for one
("peak:import").
"""

from dataclasses import dataclass, field

C_HEAD = r"""
#include <pthread.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")
#define FAR __attribute__((noinline))
/* Blocks of several sizes whose lives have no order. */
static void *noise_block[512];
static unsigned long noise_state = 1;
FAR static void noise(void) {
  noise_state = noise_state * 6364136223846793005ul + 1442695040888963407ul;
  unsigned i = noise_state >> 33 & 511;
  free(noise_block[i]);
  noise_block[i] = malloc(16 + (noise_state >> 45 & 127));
  KEEP(noise_block[i]);
}
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
/* Work that allocates nothing. */
FAR static void spin(double seconds) {
  for (double end = now() + seconds; now() < end;)
    ;
}
"""
C_MAIN = r"""
int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
  for (long i = 0; i < rounds; i++) {
    noise();
    step(i);
  }
  finish();
  return 0;
}
"""
CPP_HEAD = C_HEAD + r"""
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>
"""
RUST_HEAD = r"""
#![allow(dead_code, unused)]
use std::hint::black_box;
"""
RUST_MAIN = r"""
fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(ROUNDS, |s| s.parse().unwrap());
    let mut state = State::default();
    let mut noise: Vec<Option<Box<[u8]>>> = (0..512).map(|_| None).collect();
    let mut x: u64 = 1;
    for i in 0..rounds {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        noise[(x >> 33 & 511) as usize] =
            Some(black_box(vec![0u8; 16 + (x >> 45 & 127) as usize].into_boxed_slice()));
        state.step(i);
    }
    black_box(&state);
}
"""


def one_statement_a_line(code):
    """Items are by line, as programs are written."""
    out, depth, quoted = [], 0, False
    for c in code:
        quoted ^= c == '"'
        depth += (c == "(") - (c == ")")
        out.append(c)
        if c in ";{" and not depth and not quoted:
            out.append("\n")
    return "".join(out)


@dataclass
class Pattern:
    name: str
    lang: str  # c, cpp, rust
    rounds: int  # so many take about a second
    code: str
    fixed: str = ""  # the code after the change; empty for look-alikes
    rule: str = ""
    functions: tuple = ()
    also: tuple = ()
    fixed_also: tuple = ()
    saving: bool = True  # how much less of `measure` the fixed version has is compared with what was predicted
    measure: str = "allocated"  # bytes; or the "peak" of live bytes, "resident" memory, the "most" that was resident
    fixed_env: dict = field(default_factory=dict)  # the change is not in the code but in the environment

    once: bool = False  # what is found is one item

    @property
    def has_fixed(self):
        return bool(self.fixed or self.fixed_env)

    def source(self, fixed):
        body = one_statement_a_line(self.fixed or self.code if fixed else self.code)
        if self.lang == "rust":
            return RUST_HEAD + body + RUST_MAIN.replace("ROUNDS", str(self.rounds))
        head = C_HEAD if self.lang == "c" else CPP_HEAD
        if "void finish(" not in body:
            body += "\nstatic void finish(void) {}\n"
        return head + body + C_MAIN.replace("ROUNDS", str(self.rounds))
