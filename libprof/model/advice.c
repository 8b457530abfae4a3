#include "model/advice.h"

const struct advice_rule_info advice_rules[N_ADVICE_RULES] = {
    [ADVICE_REUSE] = {"reuse", "Keep a buffer instead of allocating one each time"},
    [ADVICE_STACK] = {"stack", "Objects that never outlive the call that made them"},
    [ADVICE_RESERVE] = {"reserve", "Growth by copies that a reserve avoids"},
    [ADVICE_BATCH] = {"batch", "Objects that are born and die together"},
    [ADVICE_ROUNDING] = {"rounding", "Sizes just above what the allocator rounds to"},
    [ADVICE_PACK] = {"pack", "Structs with holes that another order of members does without"},
    [ADVICE_LARGE] = {"large", "Large blocks that the kernel makes anew each time"},
    [ADVICE_GROWTH] = {"growth", "Memory that only grows"},
    [ADVICE_THREADS] = {"threads", "Threads that are not joined, and blocks that change threads"},
    [ADVICE_PEAK] = {"peak", "A peak that stands for a moment"},
    [ADVICE_SETTINGS] = {"settings", "Memory that malloc holds and a setting gives back"},
};

const char *const advice_of_words[] = {[ADVICE_OF_ALLOC] = "alloc",
                                       [ADVICE_OF_PEAK] = "peak",
                                       [ADVICE_OF_INUSE] = "inuse",
                                       [ADVICE_OF_RESIDENT] = "resident"};

void advice_deinit(struct advice *advice) {
  VECTOR_DEINIT(&advice->lives);
  arena_deinit(&advice->arena);
  *advice = (struct advice){0};
}
