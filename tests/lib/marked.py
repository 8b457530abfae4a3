"""marked.py DOCUMENT BEGIN END FILE: puts FILE's text between the lines <!-- BEGIN --> and <!-- END --> of DOCUMENT, with
the date and the machine above it."""

import datetime
import os
import platform
import sys


def machine():
    with open("/proc/cpuinfo") as f:
        model = next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))
    return f"{model}, {os.cpu_count()} processors, Linux {platform.release()}"


def put(document, begin, end, text):
    begin, end = f"<!-- {begin} -->\n", f"<!-- {end} -->"
    with open(document) as f:
        before, rest = f.read().split(begin, 1)
    after = rest.split(end, 1)[1]
    with open(document, "w") as f:
        f.write(f"{before}{begin}\n{datetime.date.today()}, {machine()}.\n\n{text.strip()}\n\n{end}{after}")


if __name__ == "__main__":
    with open(sys.argv[4]) as f:
        put(sys.argv[1], sys.argv[2], sys.argv[3], f.read())
