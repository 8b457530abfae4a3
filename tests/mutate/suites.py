"""The suites that judge mutants: what each runs of the shim's code, and on which rooms' mutants it runs."""

SHIM = ("libprof/shim/libmemprof.so", "libprof/shim/libmemprof-new.so")
CHECKED = ("tests/checked/libmemprof.so",)
ROOMS = ("hooks", "record", "frees", "history", "count", "walk", "store", "sys", "life")

# The short stage: suites of some seconds. Until something is known of a room's mutants they run in this order.
SHORT = {
    "shim": ("tests/unit/test_shim",), "shim_budget": ("tests/unit/test_shim_budget",), "sizes": ("tests/unit/test_sizes",),
    "shim_next": ("tests/unit/test_shim_next",), "shim_known_call": ("tests/unit/test_shim_known_call",),
    "shim_last_walk": ("tests/unit/test_shim_last_walk",), "shim_busy": ("tests/unit/test_shim_busy",), "shim_clock": ("tests/unit/test_shim_clock",),
    "shim_status": ("tests/unit/test_shim_status",),
    "shim_imports": ("tests/unit/test_shim_imports",), "shim_image": ("tests/unit/test_shim_image",),
    "shim_shadow": ("tests/unit/test_shim_shadow",), "shim_tag": ("tests/unit/test_shim_tag",),
    "shim_space": ("tests/unit/test_shim_space",), "shim_object_list": ("tests/unit/test_shim_object_list",),
    "races-lock": ("tests/races/test_lock",), "races-index": ("tests/races/test_index",),
    "unwind-zero": ("tests/unwind/test_zero",), "unwind-bounds": ("tests/unwind/test_stack_bounds",),
    "unwind-decode": ("tests/unwind/test_decode",),
    "races-interleave": ("tests/races/interleave",), "unwind-damaged": ("tests/unwind/test_damaged",),
    "races-tables-exact": ("tests/races/tables",), "races-tables-sampled": ("tests/races/tables",),
    "unwind-gcc-O2": ("tests/unwind/unwind-gcc-O2",),
    **dict.fromkeys(["preload-family", "preload-stacks", "preload-children", "preload-says", "preload-sandbox", "preload-exact",
                     "leak-wrong_frees", "plain", "api", "preload-transparency", "preload-carriers", "preload-layouts", "histories",
                     "preload-programs"], SHIM),
    "assertions": CHECKED,
}
# Suites that take longer run on what the short ones have let pass.
LONG = {
    **dict.fromkeys(["preload-leave", "preload-damaged", "preload-survival", "preload-conformance", "preload-allocators", "preload-others",
                     "leak-behaviour", "leak-cases", "leak-mismatched", "leak-reports", "preload-chaos", "preload-full", "preload-strange", "instructions", "sampling"], SHIM),
    "checked-family": CHECKED, "checked-children": CHECKED,
}
SUITES = SHORT | LONG
SHORT_STAGE = 25  # seconds that its suites take in the unchanged tree, about; those with most kills per second come first
# The rooms whose mutants a suite judges in the short stage; in the long one it judges all.
FIRST_FOR = {"api": ("hooks", "record", "store", "life"), "plain": ("hooks", "life", "sys"), "histories": ("history", "walk", "hooks"),
             "preload-layouts": ("walk", "store"), "preload-carriers": ("life", "hooks"), "preload-transparency": ("hooks", "life", "sys"),
             "preload-programs": ("hooks", "sys"), "leak-wrong_frees": ("frees", "record", "store"),
             "assertions": ("life", "count", "record", "walk")}
# Suites that take minutes judge mutants of the rooms that they are about.
ONLY_FOR = {"leak-mismatched": ("frees", "record"), "preload-full": ("store",), "leak-cases": ("hooks", "life", "walk"), "sampling": ("count", "record"),
            "leak-behaviour": ("hooks", "life"), "leak-reports": ("hooks", "life", "frees"), "instructions": ("hooks", "record", "count", "sys"),
            "preload-conformance": ("hooks", "record", "store", "sys", "life")}
# Folders of the objects of which a file is made, where the file's own is not all.
OBJECTS = {f"tests/unwind/{name}": ("tests/unwind/libwalker.a.p",) for name in ("test_zero", "test_damaged", "test_stack_bounds", "test_decode", "unwind-gcc-O2")}


def objects_of(suite):
    """The folders of object files that the suite depends on."""
    return {folder for file in SUITES[suite] for folder in OBJECTS.get(file, (f"{file}.p",))}


def linking(suite):
    """Seconds that it takes to link what the suite runs, about: the libraries are optimised as a whole."""
    return 4 if SUITES.get(suite) in (SHIM, CHECKED) else 0.3


def stages(file):
    """(suites of the short stage, suites of the long one) for mutants of the file, which is named from the tree's root."""
    def about(rooms):
        return any(f"shim/{room}/" in file for room in rooms)

    short = [suite for suite in SHORT if about(FIRST_FOR.get(suite, ROOMS))]
    return short, [suite for suite in SUITES if about(ONLY_FOR.get(suite, ROOMS))]
