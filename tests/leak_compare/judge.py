"""Scores of a tool's verdict on a program, against the truth."""

from dataclasses import dataclass


@dataclass
class Score:
    """Bytes of blocks that are lost: found, missed, and false: in use but called lost. `possible` likewise for what is
    possibly lost: called so, called lost, or not mentioned."""
    found: int = 0
    missed: int = 0
    false: int = 0
    possible_found: int = 0
    possible_lost: int = 0
    possible_silent: int = 0
    possible_false: int = 0  # called possibly lost, but in use or lost


def score(program, verdict):
    """Sums tell blocks apart: what is lost is below 10000 bytes, possibly lost below 100000, see program.h. Each block of
    `extra` bytes more leaves that so: there are few."""
    lost = program.truth("definite")[0] + program.truth("indirect")[0] + program.truth("hidden")[0]
    possible, kept = program.truth("possible")[0], program.truth("kept")[0]
    said, perhaps = verdict.lost()[0], verdict.get("possible")[0]
    found, said_possible, false = said, 0, 0
    if possible:
        found, said_possible = said % 10000, said - said % 10000
    elif kept:
        found, false = said % 10000, said - said % 10000
    if found > lost:
        found, false = lost, false + found - lost
    said_possible = min(said_possible, possible)
    possible_found = min(perhaps, possible)
    return Score(found, lost - found, false, possible_found, said_possible, possible - possible_found - said_possible,
                 perhaps - possible_found)


def wrong_with_memprof(program, verdict):
    """Why memprof's verdict is not exactly the truth, or None. Where the program's head names a limit, it may miss."""
    if not verdict.checked:
        return f"not checked: {verdict.reason}"
    if "memprof" in program.flow.why:
        worth = score(program, verdict)
        return f"false: {verdict.kinds}" if worth.false or worth.possible_false else None
    hidden = program.truth("hidden")
    for kind in ("definite", "indirect", "possible"):
        wanted = program.truth(kind)
        if kind == "definite":
            wanted = wanted[0] + hidden[0], wanted[1] + hidden[1]
        if verdict.get(kind) != wanted:
            return (f"{kind}: got {verdict.get(kind)[0]} bytes in {verdict.get(kind)[1]} objects, "
                    f"wanted {wanted[0]} in {wanted[1]}; all: {verdict.kinds}")
    if any(got < wanted for got, wanted in zip(verdict.get("reachable"), program.truth("kept"))):
        return f"reachable: got {verdict.get('reachable')}, wanted at least {program.truth('kept')}"
    leaked = verdict.lost()[1] > 0
    wanted = program.flow.status or (23 if leaked else 0)
    if verdict.status != wanted:
        return f"ended with status {verdict.status}, wanted {wanted}"
    return None


def found_by_valgrind_alone(program, ours, theirs):
    """The truly lost bytes that valgrind found and memprof did not, though it has no reason for that."""
    if "memprof" in program.flow.why:
        return 0
    return max(0, score(program, theirs).found - score(program, ours).found)
