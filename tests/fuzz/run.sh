#!/bin/sh
# Runs one libFuzzer target for a while: run.sh TARGET SECONDS WORK-FOLDER SEEDS [FOLDER...]
#
# TARGET is the fuzzer. With KEEP_CORPUS it begins with what an earlier run found in WORK-FOLDER. More operands are libFuzzer's.
# SEEDS is a folder of its seeds, or a program that writes them into the folder that it is given. Inputs in the other folders (those that
# once failed: regressions/NAME) are tried first of all. A failing input stays in WORK-FOLDER; its name
# is in the output. Needs nothing but what was built.
set -eu
target=$1 seconds=$2 work=$3 seeds=$4
shift 4
[ -n "${KEEP_CORPUS:-}" ] && rm -rf "$work/seeds" "$work/failures" || rm -rf "$work"
mkdir -p "$work/corpus" "$work/seeds" "$work/failures"
if [ -d "$seeds" ]; then cp "$seeds"/* "$work/seeds"; else "$seeds" "$work/seeds"; fi
export ASAN_OPTIONS="allocator_may_return_null=1:detect_leaks=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:${UBSAN_OPTIONS:-}"
# malloc_limit: a few kilobytes of input have no business with more.
exec "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2560 -malloc_limit_mb=1200 \
  -max_len=16384 -print_final_stats=1 -verbosity=0 -artifact_prefix="$work/failures/" \
  "$work/corpus" "$work/seeds" "$@"
