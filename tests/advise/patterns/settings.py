"""Patterns of the rule settings: memory that glibc's malloc holds for no block. The fixed version is the same program under the
tunable that the item names, or with the call of malloc_trim. The saving is resident memory."""

from patterns.program import Pattern

ARENA_MAX = {"GLIBC_TUNABLES": "glibc.malloc.arena_max=1"}
MMAP_THRESHOLD = {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=131072"}
# Eight threads that work in turns, so that one arena would do.
TURNS = """#include <unistd.h>
static int turn = -1;
FAR static void burst(long me);
static void *work(void *p) { for (;;) { while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != (long)p) usleep(200); burst((long)p); __atomic_store_n(&turn, -1, __ATOMIC_RELEASE); } return p; }
static void step(long i) { static pthread_t t[8]; if (!i) for (long k = 0; k < 8; k++) { SETUP pthread_create(&t[k], NULL, work, (void *)k); } __atomic_store_n(&turn, (int)(i % 8), __ATOMIC_RELEASE); while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != -1) usleep(200); usleep(3000); }
"""
BURST = """static void *block[16000], *result[8];
FAR static void burst(long me) { for (int k = 0; k < 16000; k++) { block[k] = malloc(400); memset(block[k], 1, 400); } free(result[me]); result[me] = malloc(100); for (int k = 0; k < 16000; k++) free(block[k]); }
"""
PAUSE = "static void pause_5ms(void) { struct timespec t = {0, 5000000}; nanosleep(&t, NULL); }\n"
MAP_PEAK = PAUSE + """static char *summary;
FAR static void import(void) { std::map<long, std::string> m; for (long k = 0; k < 120000; k++) m[k] = std::string(80, 'x'); summary = new char[100]; KEEP(&m); }
"""
SIZES = PAUSE + """static char *pin;
FAR static char *decode(long mib) { char *p = malloc(mib << 20); memset(p, 1, mib << 20); return p; }
FAR static void show(void) { free(decode(28)); char *a = decode(16), *b = decode(20); pin = malloc(1000); KEEP(pin); free(a); free(b); }
static void step(long i) { FIRST if (!i) show(); pause_5ms(); }
"""
FRAMES = PAUSE + """static std::vector<std::string> titles;
FAR static void play(void) { for (int n = 0; n < 3; n++) { std::vector<std::vector<char>> frames; for (int k = 0; k < 20; k++) { frames.emplace_back(1 << 20, 'x'); titles.emplace_back(60, 't'); } } }
static void step(long i) { if (!i) play(); pause_5ms(); }
"""
RUST = """extern "C" { fn malloc_trim(pad: usize) -> i32; }
#[derive(Default)] struct State { found: Option<Box<[u8; 300]>> }
#[inline(never)] fn scan() -> Box<[u8; 300]> { let mut v = Vec::with_capacity(40000); for k in 0..40000 { v.push(Box::new([k as u8; 600])); } let found = Box::new([1u8; 300]); black_box(&v); found }
impl State { fn step(&mut self, i: usize) { if i == 0 { self.found = Some(scan()); TRIM } std::thread::sleep(std::time::Duration::from_millis(5)); } }
"""
POOL = """static std::vector<std::string> kept[8];
FAR static void burst(long me) { std::map<int, std::string> m; for (int k = 0; k < 20000; k++) m[k] = std::string(100 + k % 200, 'x'); kept[me].clear(); kept[me].emplace_back(70, 'k'); }
"""

MORE = ("batch", "peak", "large")  # right for these programs as well
PATTERNS = [
    Pattern("settings_arenas", "c", 200, TURNS.replace("SETUP", "") + BURST, rule="settings", measure="resident", functions=("burst",),
            fixed_env=ARENA_MAX, also=MORE, fixed_also=MORE),
    Pattern("settings_pool", "cpp", 200, TURNS.replace("SETUP", "") + POOL, rule="settings", measure="resident", functions=("burst",),
            fixed_env=ARENA_MAX, also=MORE, fixed_also=MORE),
    Pattern("settings_map", "cpp", 200, MAP_PEAK + "static void step(long i) { if (!i) import(); pause_5ms(); }",
            MAP_PEAK + "static void step(long i) { if (!i) { import(); malloc_trim(0); } pause_5ms(); }", "settings", ("import",), measure="resident",
            also=MORE, fixed_also=MORE),
    Pattern("settings_rust", "rust", 200, RUST.replace("TRIM", ""), RUST.replace("TRIM", "unsafe { malloc_trim(0); }"),
            "settings", ("scan",), measure="resident", also=MORE, fixed_also=MORE),
    Pattern("settings_threshold", "c", 200, SIZES.replace("FIRST", ""), rule="settings", measure="resident", functions=("decode", "show"),
            fixed_env=MMAP_THRESHOLD, also=MORE, fixed_also=MORE),
    Pattern("settings_frames", "cpp", 200, FRAMES, rule="settings", measure="resident", functions=("play",), fixed_env=MMAP_THRESHOLD,
            also=MORE, fixed_also=MORE),
]
FINE = [
    Pattern("fine_settings_trimmed", "c", 200, PAUSE + "static void *block[100000];\n"
            "FAR static void load(void) { for (int k = 0; k < 100000; k++) block[k] = malloc(300); for (int k = 0; k < 100000; k++) free(block[k]); }\n"
            "static void step(long i) { if (!i) load(); pause_5ms(); }", also=MORE),
    Pattern("fine_settings_cycle", "c", 200, PAUSE + "static void *block[100000], *pin;\n"
            "FAR static void load(void) { for (int k = 0; k < 100000; k++) block[k] = malloc(300); free(pin); pin = malloc(50); pause_5ms(); for (int k = 0; k < 100000; k++) free(block[k]); }\n"
            "static void step(long i) { load(); }", also=MORE),
    Pattern("fine_settings_scattered", "c", 200, PAUSE + "static void *block[300000];\n"
            "FAR static void load(void) { for (int k = 0; k < 300000; k++) block[k] = malloc(100); for (int k = 0; k < 300000; k++) if (k % 32) free(block[k]); }\n"
            "static void step(long i) { if (!i) load(); pause_5ms(); }", also=MORE),
    Pattern("fine_settings_live", "c", 200, TURNS.replace("SETUP", "") + "static void *block[8][16000];\n"
            "FAR static void burst(long me) { for (int k = 0; k < 16000; k++) if (!block[me][k]) block[me][k] = malloc(400); }\n", also=MORE),
    Pattern("fine_settings_one_arena", "c", 200, TURNS.replace("SETUP", "if (!k) mallopt(M_ARENA_MAX, 1);") + BURST, also=MORE),
    Pattern("fine_settings_fixed", "c", 200, SIZES.replace("FIRST", "if (!i) mallopt(M_MMAP_THRESHOLD, 128 << 10);"), also=MORE),
]
