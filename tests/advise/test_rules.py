"""The short form of scripts/advise-set: a pattern of each rule with its fixed version, and look-alikes.
Rounds are those of a third of a second; what is asserted is the rule and the function, not a figure."""

import dataclasses
import os
import tempfile

import held_out_later
import labelled_set
import patterns
import tap

MEMPROF = os.environ["MEMPROF"]
CHOSEN = ["stack_buffer", "stack_rust", "stack_sizes", "reuse_after", "reserve_vector", "reserve_step", "batch_set", "large_scratch",
          "growth_cache", "threads_cpp", "threads_clients", "peak_load", "peak_dead_map", "rounding_26", "pack_list", "pack_vector", "settings_arenas", "settings_map",
          "settings_threshold", "joined_three_sites", "joined_chain", "joined_not"]
FINE = ["fine_noise", "fine_lru", "fine_queue", "fine_pack_packed", "fine_settings_cycle", "fine_settings_scattered",
        "fine_threads_small", "fine_dead_grown", "fine_growth_sawtooth"]
SCALE = 0.3


def look(pattern, fixed, options):
    """The items that are not expected, and what is missing."""
    with tempfile.TemporaryDirectory() as folder:
        scale = SCALE if pattern.rounds > 5000 and "rounding" not in pattern.name else 1
        items, found, false, _ = labelled_set.look_at(MEMPROF, folder, pattern, fixed, scale, options, measure=False)
        return false, "" if found or fixed or not pattern.rule else f"{pattern.rule} is missing among {items}"


def check_version(pattern, fixed, options=()):
    """A verdict on samples rests on intervals of 95%: at a load of 9 one of 45 runs of fine_settings_scattered had an item. So a sampled program
    that is judged wrongly is run once more."""
    false, missing = look(pattern, fixed, options)
    if (false or missing) and not options:
        print(f"# once more: {false} {missing}")
        false, missing = look(pattern, fixed, options)
    tap.check(not false, f"not expected: {false}")
    tap.check(not missing, missing)


by_name = {p.name: p for p in [*patterns.ALL, *held_out_later.PATTERNS]}
for name in CHOSEN + FINE:
    tap.add(f"{name}: advice where it is due", check_version, by_name[name], False)
    if by_name[name].has_fixed:
        tap.add(f"{name}: none once it is done", check_version, by_name[name], True)
# With everything recorded a site has 64 histories of each stack and size class, for any number of objects. A smaller tree has
# fewer stacks, which take their time to be named.
SMALL_TREE = dataclasses.replace(by_name["batch_tree"], rounds=200, code=by_name["batch_tree"].code.replace("plant(17)", "plant(12)"))
for exact in [SMALL_TREE, by_name["later_batch_tokens"], by_name["later_reuse_swap"]]:
    tap.add(f"{exact.name}: advice with everything recorded", check_version, exact, False, ["--exact"])
tap.main()
