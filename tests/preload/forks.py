#!/usr/bin/env python3
"""Forks of programs with many live blocks: what is known of them is copied after the fork, and neither the parent's
profile nor the child's differs from what was so at the fork."""

from glob import glob

from harness import case, equal, main, read, record, target

SMALL, WIDE = 100000, 3000


def fork(how, *arguments):
    """The parent's profile and its children's, by the function that only they call."""
    _, result = record([target("many_forks"), how, *arguments], "--exact")
    equal(result.stderr, b"", "messages, of wrong frees among others")
    profiles = [read(p) for p in glob("*.pb.gz")]
    return {next((n for n in ("first_child", "second_child") if p.flat("alloc_space")[n]), "parent"): p for p in profiles}


def check_parent(profile, changed):
    live = profile.flat("inuse_objects")
    equal(live["small_before"], SMALL - changed, "small blocks of the parent's beginning")
    equal(live["small_after"], changed, "its later small ones")
    wide = min(changed, WIDE)
    equal((live["wide_before"], live["wide_after"]), (WIDE - wide, wide), "its wide ones")
    equal(profile.counts("totals")["frees"] - changed - wide, 0, "its frees beside those")


def check_child(profile, who, before=0, keeps=False):
    """`before`: what the parent had changed before the fork."""
    live, space = profile.flat("inuse_objects"), profile.flat("inuse_space")
    wide = min(before, WIDE)
    found = {name: live[name] for name in ("small_before", "small_after", "wide_before", "wide_after", who)}
    wanted = (SMALL - before, before, WIDE - wide, wide) if keeps else (0, 0, 0, 0)
    equal(found, dict(zip(found, (*wanted, 7))), "what the child has at its end")
    if keeps:
        equal((space["small_before"], space["wide_before"]), ((SMALL - before) * 24, (WIDE - wide) * 1000), "their bytes")
    equal(profile.counts("totals")["frees"], 0 if keeps else SMALL + WIDE, "the child's frees")


# The parent has changed so many small blocks when the child looks.
WAYS = {"nothing": 0, "part": 500, "read": 300, "all": 60000, "twice": 60000, "threads": 60000}
for keep in [], ["keep"]:
    for how, changed in WAYS.items():
        @case(" ".join(["a child that looks later:", how, *keep]))
        def _(how=how, changed=changed, keep=keep):
            found = fork(how, *keep)
            equal(sorted(found), ["first_child", "parent"], "profiles")
            check_child(found["first_child"], "first_child", keeps=bool(keep))
            if how != "threads":
                check_parent(found["parent"], changed)

    for how in "exits", "killed":
        @case(" ".join(["the parent is gone when the child looks:", how, *keep]))
        def _(how=how, keep=keep):
            check_child(fork(how, *keep)["first_child"], "first_child", keeps=bool(keep))

    for how, before in {"shared": 0, "again": 1000}.items():
        @case(" ".join(["a fork after another:", how, *keep]))
        def _(how=how, before=before, keep=keep):
            found = fork(how, *keep)
            check_child(found["first_child"], "first_child", keeps=bool(keep))
            check_child(found["second_child"], "second_child", before, keeps=bool(keep))
            check_parent(found["parent"], before + 60000)

    @case(" ".join(["a fork after another, whose child is gone:", "survivor", *keep]))
    def _(keep=keep):
        found = fork("survivor", *keep)
        check_child(found["first_child"], "first_child", keeps=bool(keep))
        check_parent(found["parent"], 60000)

    @case(" ".join(["forks whose children end before they look", *keep]))
    def _(keep=keep):
        found = fork("gone", *keep)
        check_child(found["first_child"], "first_child", 500, keeps=bool(keep))
        check_parent(found["parent"], 500 + 60000)


@case("a child that no handler sees of one that is gone: it knows its own blocks alone, and says that more is not known")
def _():
    profile = fork("unseen", "keep")["first_child"]
    live = profile.flat("inuse_objects")
    equal((live["small_before"], live["wide_before"], live["first_child"]), (0, 0, 7), "live objects")
    equal(profile.counts("dropped")["limit"], 1, "dropped")


@case("a fork takes no memory for two million blocks")
def _():
    _, result = record([target("many_forks"), "cost"], "--exact")
    grown = int(result.stdout)
    equal(grown < 2048, True, f"{grown} KiB more")


main()
