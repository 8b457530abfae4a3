"""The labelled set, a file a rule: `PATTERNS` have something that the rule advises, `FINE` are look-alikes."""

from patterns import batch, fine, growth, joined, large, pack, peak, reserve, reuse, rounding, settings, stack, threads

RULES = (stack, reuse, reserve, batch, rounding, pack, large, growth, threads, peak, settings, joined, fine)
PATTERNS = [pattern for rule in RULES for pattern in getattr(rule, "PATTERNS", [])]
FINE = [pattern for rule in RULES for pattern in getattr(rule, "FINE", [])]
ALL = PATTERNS + FINE
