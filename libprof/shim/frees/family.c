#include "shim/frees/family.h"

#include "shim/count/site.h"
#include "shim/count/thread.h"
#include "shim/frees/call_proof.h"
#include "shim/frees/wrong_free.h"
#include "shim/store/shadow.h"
#include "shim/sys/next.h"
#include "shim/walk/program_frame.h"

static bool is_array(unsigned family) {
  return family == FAMILY_NEW_ARRAY || family == FAMILY_NEW_ARRAY_ALIGNED;
}

/* Where the block's return address is, innermost of the recorded stack; 0: none. */
static uintptr_t allocated_at(uint32_t site, uint32_t *generation) {
  const uint64_t *words = table_at(TABLE_STACKS, site_at(site).at->stack);
  *generation = STACK_GENERATION(words[0]);
  return STACK_DEPTH(words[0]) && !(words[1] & FRAME_EXACT_PC) ? words[1] : 0;
}

/* Another thread may unload a plugin's code at any moment. Only code that is executing stays, such
 * as the module that frees. */
static bool can_be_read(uintptr_t allocated, uint32_t generation, uintptr_t freed) {
  return call_proof_stays(allocated) ||
         (generation == __atomic_load_n(&recording->load_generation, __ATOMIC_RELAXED) &&
          next_same_object((void *)(allocated - 1), (void *)(freed - 1)));
}

struct question {
  uintptr_t allocated, freed; /* return addresses */
  unsigned allocated_as, freed_as;
};

static enum proof weaker(enum proof a, enum proof b) {
  return a < b ? a : b;
}

/* Whether new met delete[], or new[] delete. Then both ends are in doubt: see family_prove. */
static bool arrays_differ(const struct question *q) {
  return q->allocated_as != FAMILY_MALLOC && q->freed_as != FAMILY_MALLOC &&
         q->freed_as != FAMILY_REALLOC && is_array(q->allocated_as) != is_array(q->freed_as);
}

static enum proof prove_allocated(const struct question *q, uint32_t generation) {
  if (q->allocated_as != FAMILY_MALLOC && !arrays_differ(q))
    return PROOF_WHOLE;
  if (!can_be_read(q->allocated, generation, q->freed))
    return PROOF_NONE;
  if (q->allocated_as == FAMILY_MALLOC)
    return call_proof_malloc(q->allocated);
  return call_proof_operator(q->allocated, q->allocated_as, false);
}

static enum proof prove_freed(const struct question *q) {
  if (q->freed_as == FAMILY_MALLOC || q->freed_as == FAMILY_REALLOC)
    return call_proof_free(q->freed);
  if (arrays_differ(q))
    return call_proof_operator(q->freed, q->freed_as, true);
  return PROOF_WHOLE;
}

static uint8_t marks_of(enum proof proof, uint8_t by_name, uint8_t by_module) {
  return proof == PROOF_BY_NAME ? by_name : proof == PROOF_BY_MODULE ? by_module : 0;
}

/* Proves both ends of a suspected mismatch: who allocated the block, and who frees it. An end that
 * came from malloc or goes to free must be proven; the other end came through an operator of C++,
 * which is proof enough, except of new against new[]: there both must be proven. *by_name gets a
 * bit for each end whose proof the command must complete. */
static enum proof family_prove(const struct question *q, uint32_t generation, uint8_t *by_name) {
  enum proof allocated = prove_allocated(q, generation), freed = prove_freed(q);
  *by_name = marks_of(allocated, BY_NAME_ALLOCATED, BY_MODULE_ALLOCATED) |
             marks_of(freed, BY_NAME_FREED, BY_MODULE_FREED);
  return weaker(allocated, freed);
}

/* A program that mismatches a million times asks one question a million times: answers are kept, a
 * word each, 0 for none. */
static bool family_proves(const struct question *q, uint32_t generation, uint8_t *by_name) {
  enum { KEPT = 256, ANSWER_BITS = 6, ANSWERED = 32, PROVEN = 16, BY_NAME = 15 };
  static uint64_t kept[KEPT];
  uint64_t hash = (q->allocated * 0x9e3779b97f4a7c15ull ^ q->freed) * 0xff51afd7ed558ccdull +
                  (q->allocated_as * 8 + q->freed_as) * 0xc4ceb9fe1a85ec53ull +
                  (generation * 2 + call_proof_is_closed()) * 0xd6e8feb86659fd93ull;
  uint64_t *place = &kept[hash >> 56], answer = __atomic_load_n(place, __ATOMIC_RELAXED);
  if (!answer || (answer ^ hash) >> ANSWER_BITS) {
    bool proven = family_prove(q, generation, by_name) != PROOF_NONE;
    answer = (hash >> ANSWER_BITS << ANSWER_BITS) | ANSWERED | (proven ? PROVEN | *by_name : 0);
    __atomic_store_n(place, answer, __ATOMIC_RELAXED);
  }
  *by_name = answer & BY_NAME;
  return answer & PROVEN;
}

/* An inherited block (time 0) may be another one by now: see set_around in wrong_free.c. */
void family_mismatch(const void *p, const struct recording_object *object,
                     enum block_family freed_as, const void *frame) {
  if (!thread_is_recorded() || !recording || thread_tls.busy || !object->time ||
      !call_proof_begun() || !wrong_free_tables_hold())
    return;
  uint32_t generation;
  struct question q = {allocated_at(object->site, &generation), program_frame(frame).pc,
                       OBJECT_FAMILY(object->thread), freed_as};
  struct recording_wrong_free call = {.kind = WRONG_FREE_MISMATCHED,
                                      .site = object->site,
                                      .freed_stack = WRONG_FREE_NONE,
                                      .address = (uintptr_t)p,
                                      .size = object->size,
                                      .allocated_as = (uint8_t)q.allocated_as,
                                      .freed_as = (uint8_t)freed_as};
  if (q.allocated && family_proves(&q, generation, &call.by_name))
    wrong_free_tell(&call, frame);
}

void family_check_granule(const void *p, const struct recording_granule *granule,
                          const void *frame) {
  struct recording_object object;
  shadow_read(granule, granule->packed, &object);
  family_mismatch(p, &object, FAMILY_MALLOC, frame);
}
