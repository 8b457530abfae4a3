/* Figures of a whole recording: sums over its threads, exited ones included. */
#pragma once

#include "model/known_totals.h"
#include "recording/recording.h"

/* The bytes that a thread has asked for. While the thread runs, they are off by its latest call at
 * most. */
uint64_t recording_thread_bytes(const struct recording_thread *thread);

/* The work of all threads together, sampled or not. */
struct recording_totals {
  uint64_t allocs, frees, bytes, threads;
};
struct recording_totals recording_totals(const struct recording *recording);

/* The thread that allocated most often, as its place was left: the counts of an ended thread are its own
 * until another takes its place. `number` 0 where no thread allocated. */
struct recording_thread recording_busiest_thread(const struct recording *recording);

/* Where everything was to be recorded: the allocations, and their bytes, that no site has. False
 * where that is not known: samples, or a program that paused its recording. */
bool recording_missing(const struct recording *recording, uint64_t *allocs, uint64_t *bytes);

/* Events that were not recorded, for whatever reason. */
uint64_t recording_dropped(const struct recording *recording);

/* The heap's size now and at its largest, in bytes, read again from a recording that is open: a few
 * short reads, for callers that look often. False if they cannot be read. */
bool recording_size_now(const struct recording *recording, uint64_t *live, uint64_t *peak);

/* The live bytes, weighted (BYTES_SHIFT): a sum of shares that are not read at one moment. */
int64_t recording_live_bytes(const struct recording *recording);

/* The totals that are known beyond the samples. False where they are not these samples' totals:
 * everything was to be recorded, some of it was not, or the program paused its recording. */
bool recording_known_totals(const struct recording *recording, struct known_totals *ret);

/* The bytes that were allocated at each rate, at which a site may have gone unseen. */
struct rates recording_rates(const struct recording *recording);

/* From the start of recording to the last event seen in it, or to now when the process is alive. */
uint64_t recording_duration_ns(const struct recording *recording);
