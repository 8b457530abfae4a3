"""Running suites case by case, each run in a pid namespace with a /dev/shm of its own: what a mutant leaves behind or lets hang
ends with it.

A run has failed at its first "not ok", if it prints fewer results than it planned, if a result takes much longer than in the
unchanged tree, or by its status; then it is ended at once."""

import os
import re
import subprocess
import threading
import time

# Signals that a background job ignores do what they do in the gate.
ALONE = 'mount -t tmpfs none /dev/shm; env --default-signal "$@"; exit $?'
RESULT = re.compile(r"(not )?ok \d+(?: - (.*))?")
UNKNOWN = 100  # seconds that a result may take of which it is not known how long it takes


class Cases:
    def __init__(self, build, tests):
        """`tests` are meson's, by name."""
        self.build, self.tests = build, tests

    def chooses(self, suite):
        """Whether the suite can run one of its cases alone (tests/lib/tap.py)."""
        return any(word.endswith(".py") for word in self.tests[suite]["cmd"])

    def start(self, suite, case):
        test = self.tests[suite]
        unshare = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-m", "-p", "-f", "--kill-child", "--mount-proc"]
        command = [*unshare, "sh", "-c", ALONE, "sh", *test["cmd"], *([case] if case else [])]
        return subprocess.Popen(command, cwd=self.build, env={**os.environ, **test["env"], "MALLOC_PERTURB_": "0"}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")

    def run(self, suite, times, case=""):
        """(the case that fails or None, the seconds of each case); a suite without cases has the one "". `times` are the seconds of the
        unchanged tree; with `case` only those run whose titles hold it."""
        process, expected = self.start(suite, case), [t for t in times if case in t]
        seconds, planned, done, begun = {}, 0, 0, time.monotonic()
        failed = timer = None
        try:
            timer = self.end_later(process, times, expected, 0)
            for line in process.stdout:
                plan, result = re.match(r"1\.\.(\d+)", line), RESULT.match(line)
                planned = int(plan[1]) if plan else planned
                if result:
                    timer.cancel()
                    title, now = result[2] or "", time.monotonic()
                    if result[1]:
                        return title, seconds
                    seconds[title], begun, done = now - begun, now, done + 1
                    timer = self.end_later(process, times, expected, done)
            if process.wait() or done < planned:
                failed = expected[done] if done < len(expected) else ""
            return failed, seconds or {"": time.monotonic() - begun}
        finally:
            timer.cancel()
            process.kill()
            process.wait()

    def end_later(self, process, times, expected, done):
        """Ends the process if the next result does not come in time."""
        bound = 15 + 4 * times[expected[done]] if done < len(expected) else UNKNOWN
        timer = threading.Timer(bound, process.kill)
        timer.start()
        return timer

    def fails(self, suite, times, case=""):
        """The case that fails twice, because a busy machine may fail one once, or None. The second time only it runs."""
        failed, _ = self.run(suite, times, case)
        if failed is None:
            return None
        again, _ = self.run(suite, times, failed if self.chooses(suite) else "")
        return None if again is None else again or failed
