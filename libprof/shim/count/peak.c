#include "shim/count/peak.h"

uint32_t peak_rising;
static int
    looking; /* one at a time; another, or a handler of this thread, leaves it to the next free */

void peak_reset(void) {
  peak_rising = 0;
  looking = 0;
}

static unsigned threads(void) {
  uint64_t n = __atomic_load_n(&recording->table[TABLE_THREADS].count, __ATOMIC_ACQUIRE);
  return n < PEAK_THREADS ? (unsigned)n : PEAK_THREADS;
}

static int64_t load(const int64_t *figure) {
  return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

/* A share and its allowance. */
struct share {
  int64_t *live, *allowed;
  int64_t seen;
};

/* All threads' shares; last the header's, which is also what a forked child inherited. */
static unsigned read_shares(struct share *shares, unsigned n_threads, int64_t *sum) {
  for (unsigned i = 0; i < n_threads; i++) {
    struct recording_thread *counters = table_at(TABLE_THREADS, i);
    shares[i] = (struct share){&counters->live, &counters->live_allowed, 0};
  }
  shares[n_threads] =
      (struct share){(int64_t *)&recording->live_bytes, &recording->live_allowed, 0};
  *sum = 0;
  for (unsigned i = 0; i <= n_threads; i++)
    *sum += shares[i].seen = load(shares[i].live);
  return n_threads + 1;
}

/* `left` to the peak, to the first `takers` shares; the others may not grow unseen. */
static bool hand_out(struct share *shares, unsigned n, unsigned takers, int64_t left) {
  bool passed = false;
  for (unsigned i = 0; i < n; i++) {
    shares[i].seen += i < takers ? left / takers : 0;
    __atomic_store_n(shares[i].allowed, shares[i].seen, __ATOMIC_RELAXED);
  }
  for (unsigned i = 0; i < n; i++)
    passed |= load(shares[i].live) > shares[i].seen;
  return passed;
}

/* 0 where there are more threads than a look has time for, and where the process has blocks that
 * its parent counted. */
static uint64_t live_blocks(unsigned n_threads) {
  if (n_threads == PEAK_THREADS || recording->flags & (RECORDING_EXACT | RECORDING_FORKED))
    return 0;
  int64_t sum = ledger_live(&recording->exited.ledger);
  for (unsigned i = 0; i < n_threads; i++)
    sum += ledger_live(&((struct recording_thread *)table_at(TABLE_THREADS, i))->ledger);
  return sum > 0 ? (uint64_t)sum : 0;
}

static void note_blocks(uint64_t blocks, bool is_new) {
  if (is_new || blocks > __atomic_load_n(&recording->peak_blocks, __ATOMIC_RELAXED))
    __atomic_store_n(&recording->peak_blocks, blocks, __ATOMIC_RELAXED);
}

static void look(void) {
  struct share shares[PEAK_THREADS + 1];
  int64_t sum, peak = (int64_t)__atomic_load_n(&recording->peak_bytes, __ATOMIC_RELAXED);
  unsigned n_threads = threads(), n = read_shares(shares, n_threads, &sum);
  /* While the estimate stays at the peak, blocks that are not sampled come and go. */
  if (sum >= peak)
    note_blocks(live_blocks(n_threads), sum > peak);
  if (sum > peak) {
    __atomic_store_n(&recording->peak_bytes, (uint64_t)sum, __ATOMIC_RELAXED);
    __atomic_store_n(&recording->peak_epoch, recording->peak_epoch + 1, __ATOMIC_RELEASE);
    peak = sum;
  }
  if (hand_out(shares, n, n_threads < PEAK_THREADS ? n_threads : n, peak - sum))
    __atomic_store_n(&peak_rising, 1, __ATOMIC_RELAXED);
}

void peak_look_exact(void) {
  if (__atomic_load_n(&recording->rate, __ATOMIC_RELAXED) == 1)
    peak_look();
}

void peak_look(void) {
  if (__atomic_exchange_n(&looking, 1, __ATOMIC_ACQUIRE))
    return;
  __atomic_store_n(&peak_rising, 0, __ATOMIC_SEQ_CST);
  look();
  __atomic_store_n(&looking, 0, __ATOMIC_RELEASE);
}
