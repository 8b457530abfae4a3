"""Patterns of the rule threads: threads that nobody joins, and blocks that change threads."""

from patterns.program import Pattern

# A thread that touches 100 KiB of its stack, and ends.
DEEP = "static void *work(void *p) { char room[100000]; memset(room, 1, sizeof(room)); KEEP(room); return p; }\n"
START = DEEP + "FAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); JOIN spin(0.004); }\nstatic void step(long i) { start(); }"
# A thread for each client, which waits for more when the client has gone.
CLIENTS = """#include <condition_variable>
#include <mutex>
#include <thread>
static auto &lock = *new std::mutex; static auto &more = *new std::condition_variable; static long waiting;
static void serve() { char room[50000]; memset(room, 1, sizeof(room)); KEEP(room); WAIT }
FAR static void accept_one(long i) { std::thread(serve).detach(); spin(0.004); }
static void step(long i) { accept_one(i); }
"""
WAIT = "std::unique_lock<std::mutex> held(lock); waiting++; more.wait(held, [] { return waiting < 0; });"
BURST = DEEP + "FAR static void start_all(void) { pthread_t t[120]; for (int k = 0; k < 120; k++) pthread_create(&t[k], NULL, work, NULL); JOIN }\nstatic void step(long i) { if (!i) start_all(); spin(0.005); }"
RUST = """#[derive(Default)] struct State { n: usize }
#[inline(never)] fn watch(i: usize) { let mut room = [0u8; 60000]; room[i % 60000] = 1; black_box(&mut room); PARK }
impl State { #[inline(never)] fn subscribe(&mut self, i: usize) { std::thread::spawn(move || watch(i)); std::thread::sleep(std::time::Duration::from_millis(4)); }
fn step(&mut self, i: usize) { self.subscribe(i); } }
"""
P = Pattern
PATTERNS = [
    P("threads_stacks", "c", 200, START.replace("JOIN", ""), START.replace("JOIN", "pthread_join(t, NULL);"), "threads", ("start",), measure="most"),
    P("threads_burst", "c", 200, BURST.replace("JOIN", ""), BURST.replace("JOIN", "for (int k = 0; k < 120; k++) pthread_join(t[k], NULL);"),
      "threads", ("start_all",), measure="resident"),
    P("threads_clients", "cpp", 200, CLIENTS.replace("WAIT", WAIT), CLIENTS.replace("WAIT", ""), "threads", ("accept_one",), measure="most"),
    P("threads_rust", "rust", 200, RUST.replace("PARK", "loop { std::thread::park(); }"), RUST.replace("PARK", ""),
      "threads", ("State::subscribe", "subscribe"), measure="most"),
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
# Workers that wait for work to the end of the run.
POOL = "static void *work(void *p) { char room[100000]; memset(room, 1, sizeof(room)); KEEP(room); for (;;) spin_or_wait(); return p; }\n"
WAITS = "#include <unistd.h>\nstatic void spin_or_wait(void) { pause(); }\n"
FINE = [
    P("fine_threads_pool", "c", 200, WAITS + POOL +
      "FAR static void start_pool(void) { for (int k = 0; k < 40; k++) { pthread_t t; pthread_create(&t, NULL, work, NULL); } }\nstatic void step(long i) { if (!i) start_pool(); spin(0.005); }"),
    # The pool grows by a thread at a time until there are enough.
    P("fine_threads_warm", "c", 200, WAITS + POOL +
      "FAR static void more(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); }\nstatic void step(long i) { if (i < 40) more(); spin(0.005); }"),
    # All are joined, and glibc keeps their small stacks to use them again.
    P("fine_threads_small", "c", 200, DEEP.replace("100000", "20000") +
      "FAR static void start_all(void) { pthread_t t[100]; pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 64 << 10); for (int k = 0; k < 100; k++) pthread_create(&t[k], &a, work, NULL); for (int k = 0; k < 100; k++) pthread_join(t[k], NULL); }\n"
      "static void step(long i) { if (i % 20 == 0) start_all(); spin(0.005); }"),
    P("fine_joined", "c", 200,
      "static void *work(void *p) { noise(); return p; }\nFAR static void start(void) { pthread_t t; pthread_create(&t, NULL, work, NULL); pthread_join(t, NULL); spin(0.004); }\nstatic void step(long i) { start(); }"),
    P("fine_detached", "c", 200,
      "static void *work(void *p) { noise(); return p; }\nFAR static void start(void) { pthread_t t; pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED); pthread_create(&t, &a, work, NULL); spin(0.004); }\nstatic void step(long i) { start(); }"),
]
