"""Patterns that were written on 2026-11-29, after the rules settings and pack and the joining of items. They were run once, as they
are, and no threshold was set by them. After that run gcc was kept from removing blocks that nobody read in two of them, and rounding
is no longer counted against two that have it. docs/ADVISE.md has the figures of the first run."""

from patterns.program import Pattern
from patterns.settings import ARENA_MAX

WAIT = "static void wait_ms(long ms) { struct timespec t = {ms / 1000, ms % 1000 * 1000000}; nanosleep(&t, NULL); }\n"
KEEP_ALL = "FAR static void %s(long i) { if (i < 400000) { %s KEEP(kept[i]); } }\nstatic void step(long i) { %s(i); if (i == 399999) spin(1); }"
EVENT = "static Event *kept[400000];\n" + KEEP_ALL % ("record", "kept[i] = new Event(i);", "record")
WORKERS = WAIT + """#include <thread>
static int turn = -1; static std::vector<std::unique_ptr<std::string>> titles(6);
FAR static void parse(int me) { std::vector<std::unique_ptr<std::string>> words; for (int k = 0; k < 30000; k++) words.push_back(std::make_unique<std::string>(150 + k % 50, 'w')); titles[me] = std::make_unique<std::string>(90, 't'); }
static void worker(int me) { for (;;) { while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != me) wait_ms(1); parse(me); __atomic_store_n(&turn, -1, __ATOMIC_RELEASE); } }
static void step(long i) { if (!i) for (int k = 0; k < 6; k++) std::thread(worker, k).detach(); if (i < 60) { __atomic_store_n(&turn, (int)(i % 6), __ATOMIC_RELEASE); while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != -1) wait_ms(1); } wait_ms(10); }
"""
CACHE = WAIT + """struct entry { char body[900]; }; static struct entry *entry[35000]; static char *index_of_it;
FAR static void warm(void) { for (int k = 0; k < 35000; k++) { entry[k] = calloc(1, sizeof(struct entry)); entry[k]->body[k % 900] = 1; } index_of_it = malloc(4000); KEEP(index_of_it); }
static void drop(void) { for (int k = 0; k < 35000; k++) free(entry[k]); }
"""
MESSAGES = """#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>
struct Message { char text[120]; };
static std::mutex lock; static std::condition_variable more; static std::thread reader;
"""

PATTERNS = [
    Pattern("later_stack_path", "c", 2_000_000,
            "FAR static int exists(long i) { size_t n = 40; char *path = malloc(n); snprintf(path, n, \"/srv/%ld/%ld\", i, i % 7); KEEP(path); int r = path[5] == '1'; free(path); return r; }\n"
            "static long found; static void step(long i) { found += exists(i); noise(); }",
            "FAR static int exists(long i) { char path[40]; snprintf(path, 40, \"/srv/%ld/%ld\", i, i % 7); KEEP(path); int r = path[5] == '1'; return r; }\n"
            "static long found; static void step(long i) { found += exists(i); noise(); }", "stack", ("exists",)),
    Pattern("later_reuse_swap", "cpp", 2_000_000,
            "static std::vector<char> shown;\nFAR static void draw(long i) { std::vector<char> next(500 + i % 200, 'p'); KEEP(next.data()); shown.swap(next); }\nstatic void step(long i) { draw(i); noise(); }",
            "static std::vector<char> shown;\nFAR static void draw(long i) { shown.assign(500 + i % 200, 'p'); KEEP(shown.data()); }\nstatic void step(long i) { draw(i); noise(); }",
            "reuse", ("draw",)),
    Pattern("later_reserve_table", "rust", 40_000,
            "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn index(i: usize) { let mut m = std::collections::HashMap::new(); for k in 0..400usize { m.insert(k ^ i, k as u32); } black_box(&m); }\n"
            "impl State { fn step(&mut self, i: usize) { index(i); } }",
            "#[derive(Default)] struct State { n: usize }\n#[inline(never)] fn index(i: usize) { let mut m = std::collections::HashMap::with_capacity(400); for k in 0..400usize { m.insert(k ^ i, k as u32); } black_box(&m); }\n"
            "impl State { fn step(&mut self, i: usize) { index(i); } }", "reserve", ("index",), fixed_also=("stack", "reuse")),
    Pattern("later_batch_tokens", "c", 60,
            "struct token { struct token *next; const char *at; int kind; long length; };\n"
            "FAR static struct token *tokenize(void) { struct token *all = NULL; for (int k = 0; k < 50000; k++) { struct token *t = malloc(sizeof(*t)); t->next = all; t->kind = k; all = t; } return all; }\n"
            "static void step(long i) { struct token *t = tokenize(); KEEP(t); while (t) { struct token *n = t->next; free(t); t = n; } }",
            "FAR static char *tokenize(void) { char *a = malloc(50000 * 32); memset(a, 1, 50000 * 32); return a; }\n"
            "static void step(long i) { char *a = tokenize(); KEEP(a); free(a); }", "batch", ("tokenize",), also=("peak", "pack", "rounding"),
            fixed_also=("stack", "reuse", "large", "peak"), saving=False),
    Pattern("later_large_frame", "cpp", 40,
            "FAR static long render(long i) { std::unique_ptr<unsigned char[]> f(new unsigned char[44 << 20]); for (long k = 0; k < 44 << 20; k += 4096) f[k] = (unsigned char)i; KEEP(f.get()); return f[i]; }\n"
            "static long sum; static void step(long i) { sum += render(i); }",
            "FAR static long render(long i) { static std::unique_ptr<unsigned char[]> f(new unsigned char[44 << 20]); for (long k = 0; k < 44 << 20; k += 4096) f[k] = (unsigned char)i; KEEP(f.get()); return f[i]; }\n"
            "static long sum; static void step(long i) { sum += render(i); }", "large", ("render",)),
    Pattern("later_growth_undo", "c", 1000, WAIT +
            "static char *undo[100000]; static long n;\nFAR static void remember(long i) { char line[700]; memset(line, 'u', 699); line[699] = 0; undo[n] = strdup(line); KEEP(undo[n]); n++; }\nstatic void step(long i) { remember(i); wait_ms(1); }",
            WAIT + "static char *undo[50]; static long n;\nFAR static void remember(long i) { char line[700]; memset(line, 'u', 699); line[699] = 0; free(undo[n % 50]); undo[n++ % 50] = strdup(line); }\nstatic void step(long i) { remember(i); wait_ms(1); }",
            "growth", ("remember",), saving=False),
    Pattern("later_threads_messages", "cpp", 400_000, MESSAGES +
            "static std::queue<Message *> queue;\nstatic void read_all() { for (;;) { std::unique_lock<std::mutex> held(lock); more.wait(held, [] { return !queue.empty(); }); Message *m = queue.front(); queue.pop(); held.unlock(); if (!m) return; delete m; } }\n"
            "FAR static void post(long i) { if (!i) reader = std::thread(read_all); Message *m = new Message; m->text[i % 120] = 1; { std::lock_guard<std::mutex> held(lock); queue.push(m); } more.notify_one(); }\n"
            "static void step(long i) { post(i); }\nstatic void finish(void) { { std::lock_guard<std::mutex> held(lock); queue.push(nullptr); } more.notify_one(); reader.join(); }",
            MESSAGES + "static Message ring[1024];\nFAR static void post(long i) { ring[i & 1023].text[i % 120] = 1; KEEP(ring); }\nstatic void step(long i) { post(i); }",
            "threads", ("post",), also=("growth", "peak", "batch", "settings"), saving=False),
    Pattern("later_peak_export", "c", 100, WAIT +
            "static char *row[3000];\nFAR static void export_rows(void) { for (int k = 0; k < 3000; k++) { row[k] = malloc(10000); memset(row[k], 1, 10000); } wait_ms(30); for (int k = 0; k < 3000; k++) free(row[k]); }\n"
            "static void step(long i) { if (i == 40) export_rows(); wait_ms(10); }",
            WAIT + "FAR static void export_rows(void) { char *r = malloc(10000); for (int k = 0; k < 3000; k++) memset(r, 1, 10000); KEEP(r); wait_ms(30); free(r); }\n"
            "static void step(long i) { if (i == 40) export_rows(); wait_ms(10); }", "peak", ("export_rows",), saving=False),
    Pattern("later_rounding_key", "c", 400_000,
            "static char *kept[400000];\n" + KEEP_ALL % ("intern", "kept[i] = malloc(57); memset(kept[i], 'k', 57);", "intern"),
            "static char *kept[400000];\n" + KEEP_ALL % ("intern", "kept[i] = malloc(56); memset(kept[i], 'k', 56);", "intern"),
            "rounding", ("intern",), saving=False),
    Pattern("later_pack_event", "cpp", 400_000,
            "struct Event { bool seen; double at; bool done; Event *next; int kind; long id; short level; Event(long i) : seen(false), at(i), done(false), next(nullptr), kind(1), id(i), level(2) { KEEP(this); } };\n" + EVENT,
            "struct Event { double at; Event *next; long id; int kind; short level; bool seen; bool done; Event(long i) : at(i), next(nullptr), id(i), kind(1), level(2), seen(false), done(false) { KEEP(this); } };\n" + EVENT,
            "pack", ("record",), fixed_also=("rounding",)),
    Pattern("later_settings_cache", "c", 100, CACHE + "static void step(long i) { if (!i) { warm(); drop(); } wait_ms(10); }",
            CACHE + "static void step(long i) { if (!i) { warm(); drop(); malloc_trim(0); } wait_ms(10); }", "settings", ("warm",), measure="resident",
            also=("batch", "peak", "pack"), fixed_also=("batch", "peak", "pack")),
    Pattern("later_settings_workers", "cpp", 100, WORKERS, rule="settings", measure="resident", functions=("parse",), fixed_env=ARENA_MAX,
            also=("batch", "peak"), fixed_also=("batch", "peak")),
    Pattern("later_fine_requests", "cpp", 200_000,
            "struct Session { std::string user; std::vector<int> items; };\nstatic std::unordered_map<long, std::unique_ptr<Session>> open_sessions;\n"
            "FAR static void request(long i) { noise(); long id = (long)(noise_state >> 33 & 2047); auto &s = open_sessions[id]; if (!s || (noise_state >> 50 & 7) == 0) { s = std::make_unique<Session>(); s->user = std::string(30 + id % 40, 'u'); s->items.reserve(16); } s->items[0] = (int)i; }\n"
            "static void step(long i) { request(i); if (!(i & 63)) spin(0.0001); }"),
]
