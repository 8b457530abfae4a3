"""Patterns of the rule threads: threads that nobody joins, and blocks that change threads."""

from patterns.program import Pattern

P = Pattern
PATTERNS = [
    P("threads_unjoined", "c", 200,
      "static void *work(void *p) { noise(); return p; }\n"
      "FAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); spin(0.004); }\nstatic void step(long i) { start(); }",
      "static void *work(void *p) { noise(); return p; }\n"
      "FAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); pthread_join(t, NULL); spin(0.004); }\nstatic void step(long i) { start(); }",
      "threads", ("start",), saving=False),
    P("threads_queue", "c", 3_000_000,
      "static void *slot[1024]; static unsigned long head, tail;\n"
      "static void *consume(void *p) { for (;;) { unsigned long t = tail; while (__atomic_load_n(&head, __ATOMIC_ACQUIRE) == t) sched_yield(); void *b = slot[t & 1023]; __atomic_store_n(&tail, t + 1, __ATOMIC_RELEASE); if (!b) return p; free(b); } }\n"
      "static pthread_t thread;\n"
      "FAR static void produce(long i) { if (!i) pthread_create(&thread, NULL, consume, NULL); void *b = malloc(200); while (head - __atomic_load_n(&tail, __ATOMIC_ACQUIRE) == 1024) sched_yield(); slot[head & 1023] = b; __atomic_store_n(&head, head + 1, __ATOMIC_RELEASE); }\n"
      "static void step(long i) { produce(i); }\n"
      "static void finish(void) { while (head - tail == 1024) ; slot[head & 1023] = NULL; __atomic_store_n(&head, head + 1, __ATOMIC_RELEASE); pthread_join(thread, NULL); }",
      "static char slot[1024][200]; static unsigned long head, tail;\n"
      "FAR static void produce(long i) { slot[i & 1023][i % 200] = 1; KEEP(slot); }\nstatic void step(long i) { produce(i); }",
      "threads", ("produce",), saving=False),
    P("threads_cpp", "cpp", 400,
      "struct Job { long v[11]; };\nstatic void *run_jobs(void *p) { auto *v = (std::vector<Job *> *)p; for (Job *j : *v) delete j; delete v; return nullptr; }\n"
      "FAR static void submit(long i) { auto *v = new std::vector<Job *>; v->reserve(5000); for (int k = 0; k < 5000; k++) v->push_back(new Job); pthread_t t; pthread_create(&t, nullptr, run_jobs, v); pthread_join(t, nullptr); }\n"
      "static void step(long i) { submit(i); }",
      "struct Job { long v[11]; };\nstatic void *run_jobs(void *p) { KEEP(p); return nullptr; }\n"
      "FAR static void submit(long i) { static Job jobs[5000]; pthread_t t; pthread_create(&t, nullptr, run_jobs, jobs); pthread_join(t, nullptr); }\n"
      "static void step(long i) { submit(i); }", "threads", ("submit",), saving=False),
]
FINE = [
    P("fine_joined", "c", 200,
      "static void *work(void *p) { noise(); return p; }\nFAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); pthread_join(t, NULL); spin(0.004); }\nstatic void step(long i) { start(); }"),
    P("fine_detached", "c", 200,
      "static void *work(void *p) { noise(); return p; }\nFAR static void start(void) { pthread_t t; pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED); pthread_create(&t, &a, work, NULL); spin(0.004); }\nstatic void step(long i) { start(); }"),
]
