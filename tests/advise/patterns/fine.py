"""Programs that are fine as they are, whatever rule looks at them."""

from patterns.program import Pattern

P = Pattern
FINE = [
    P("fine_noise", "c", 6_000_000, "static void step(long i) { (void)i; }"),
    P("fine_lru", "c", 4_000_000,
      "static void *lru[4096];\nFAR static void put(long i) { unsigned k = (unsigned)(noise_state >> 20 & 4095); free(lru[k]); lru[k] = malloc(300 + (noise_state >> 50 & 63)); KEEP(lru[k]); }\nstatic void step(long i) { put(i); }"),
    P("fine_rare", "c", 1000,
      "FAR static void tick(long i) { char *b = malloc(100); KEEP(b); free(b); }\nstatic void step(long i) { tick(i); spin(0.001); }"),
    P("fine_queue", "cpp", 2_000_000,
      "static std::list<long> q;\nFAR static void push(long i) { q.push_back(i); if (q.size() > 5000) q.pop_front(); }\nstatic void step(long i) { push(i); }"),
    P("fine_sizes", "c", 400_000,
      "static void *kept[400000];\nFAR static void make(long i) { if (i < 400000) { kept[i] = malloc(40); KEEP(kept[i]); } }\nstatic void step(long i) { make(i); if (i == 399999) spin(1); }"),
    P("fine_rust", "rust", 2_000_000,
      "#[derive(Default)] struct State { m: std::collections::HashMap<usize, Box<[u8]>> }\nimpl State { #[inline(never)] fn touch(&mut self, i: usize) { let k = i.wrapping_mul(2654435761) % 3001; self.m.insert(k, vec![0u8; 50 + k % 30].into_boxed_slice()); }\nfn step(&mut self, i: usize) { self.touch(i); } }"),
    P("fine_random_lives", "cpp", 2_000_000,
      "static std::vector<char *> live(3000);\nFAR static void swap_one(long i) { unsigned k = (unsigned)(noise_state >> 21) % 3000; delete[] live[k]; live[k] = new char[56]; KEEP(live[k]); }\nstatic void step(long i) { swap_one(i); }"),
]
