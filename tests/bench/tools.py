"""The tools that programs are run under: memprof in its modes, a shim that only forwards, and other heap profilers.

A tool is how to change a command and its environment. `load` says how much slower than bare it may be: small workloads do
that many times fewer operations under it (their figures are a time for each operation).
"""

import contextlib
import dataclasses
import glob
import os
import shutil
import subprocess
import tempfile

LIBRARIES = "/usr/lib/x86_64-linux-gnu"


@dataclasses.dataclass(frozen=True)
class Tool:
    key: str
    title: str
    preload: str = ""
    settings: tuple = ()  # (name, value); {dir} is a scratch folder of each run
    prefix: tuple = ()
    load: int = 1
    drain: bool = False  # {dir}/out is a pipe that is read and thrown away by a process that is not counted
    base: str = "bare"  # what its own cost is held against


class Tools:
    def __init__(self, build):
        shim = os.path.join(build, "libprof/shim/libmemprof.so")
        memprof = os.path.join(build, "cli/memprof")
        # An empty folder and a supervisor that lives: recordings stay where they are, nothing runs at the end.
        recording = (("MEMPROF_DIR", "{dir}"), ("MEMPROF_SUPERVISOR", str(os.getpid())))
        jemalloc, tcmalloc = f"{LIBRARIES}/libjemalloc.so.2", f"{LIBRARIES}/libtcmalloc.so.4"
        prof = "prof:true,prof_final:false,prof_prefix:{dir}/jeprof,lg_prof_sample:"
        self.recording_cost = os.path.join(build, "tests/bench/recording_cost")
        tools = [
            Tool("bare", "bare"),
            Tool("again", "bare again (A/A)"),
            Tool("forward", "forwarding shim", os.path.join(build, "tests/bench/libfwd.so")),
            Tool("512KiB", "memprof 512 KiB", shim, (*recording, ("MEMPROF_RATE", "512KiB"))),
            Tool("default", "memprof default", shim, recording),
            Tool("default-advise", "memprof default, histories", shim, (*recording, ("MEMPROF_HISTORIES", "1"))),
            Tool("exact", "memprof exact", shim, (*recording, ("MEMPROF_RATE", "exact")), load=4),
            *[Tool(f"budget{percent}", f"memprof {percent}%", shim, (*recording, ("MEMPROF_OVERHEAD", f"{percent}%")))
              for percent in ("0.5", "1", "2", "5")],
            Tool("1KiB", "memprof 1 KiB", shim, (*recording, ("MEMPROF_RATE", "1KiB"))),
            Tool("1KiB-again", "memprof 1 KiB (A/A)", shim, (*recording, ("MEMPROF_RATE", "1KiB"))),
            Tool("1KiB-advise", "memprof 1 KiB, histories", shim,
                 (*recording, ("MEMPROF_RATE", "1KiB"), ("MEMPROF_HISTORIES", "1"))),
            Tool("never", "memprof, never sampling", shim, (*recording, ("MEMPROF_RATE", "512GiB"))),
            Tool("run", "memprof run", prefix=(memprof, "run", "-q", "-o", "{dir}/%p.pb.gz", "--")),
            Tool("run-advise", "memprof run --advise", prefix=(memprof, "run", "-q", "--advise", "-o", "{dir}/%p.pb.gz", "--")),
            Tool("run-exact", "memprof run --exact",
                 prefix=(memprof, "run", "-q", "--exact", "-o", "{dir}/%p.pb.gz", "--"), load=4),
            Tool("jemalloc", "jemalloc", jemalloc),
            Tool("jemalloc-lg19", "jemalloc lg19", jemalloc, (("MALLOC_CONF", prof + "19"),), base="jemalloc"),
            Tool("jemalloc-lg10", "jemalloc lg10", jemalloc, (("MALLOC_CONF", prof + "10"),), load=4, base="jemalloc"),
            Tool("jemalloc-lg0", "jemalloc lg0", jemalloc, (("MALLOC_CONF", prof + "0"),), load=40),
            Tool("tcmalloc", "tcmalloc", tcmalloc, (("TCMALLOC_SAMPLE_PARAMETER", "0"),)),
            Tool("tcmalloc-512K", "tcmalloc 512 KiB", tcmalloc, (("TCMALLOC_SAMPLE_PARAMETER", "524288"),), base="tcmalloc"),
            Tool("tcmalloc-1K", "tcmalloc 1 KiB", tcmalloc, (("TCMALLOC_SAMPLE_PARAMETER", "1024"),), load=4, base="tcmalloc"),
            Tool("heapprofile", "gperftools HEAPPROFILE", tcmalloc,
                 (("HEAPPROFILE", "{dir}/heap"), ("HEAP_PROFILE_ALLOCATION_INTERVAL", "0"),
                  ("HEAP_PROFILE_INUSE_INTERVAL", "0")), load=100),
            Tool("heaptrack", "heaptrack, in-process", "/usr/lib/heaptrack/libheaptrack_preload.so",
                 (("DUMP_HEAPTRACK_OUTPUT", "{dir}/out"),), load=10, drain=True),
            Tool("heaptrack-whole", "heaptrack, whole", prefix=("heaptrack", "-o", "{dir}/heaptrack"), load=6),
            Tool("lsan", "LeakSanitizer", f"{LIBRARIES}/liblsan.so.0",
                 (("LSAN_OPTIONS", "leak_check_at_exit=0"),), load=4),
        ]
        self.by_key = {tool.key: tool for tool in tools}

    def __getitem__(self, key):
        return self.by_key[key]

    def missing(self, keys):
        """Titles of the tools among `keys` that are not on this machine."""
        return [tool.title for tool in map(self.by_key.get, keys)
                if (tool.preload and not os.path.exists(tool.preload)) or
                (tool.prefix and not shutil.which(tool.prefix[0]))]


@contextlib.contextmanager
def drained(path):
    os.mkfifo(path)
    # Both ends: it never sees an end of file between two writers.
    with open(os.devnull, "wb") as null, subprocess.Popen(["cat", path], stdout=null, stderr=null) as reader:
        fd = os.open(path, os.O_WRONLY)
        try:
            yield
        finally:
            os.close(fd)
            reader.kill()


@contextlib.contextmanager
def applied(tool, environment=()):
    """(prefix of the command, environment, scratch folder) to run a program under `tool`."""
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="memprof-bench-", dir=parent)
    try:
        env = {"PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C", "TZ": "UTC", **dict(environment)}
        env.update((name, value.replace("{dir}", folder)) for name, value in tool.settings)
        if tool.preload:
            env["LD_PRELOAD"] = tool.preload
        with drained(os.path.join(folder, "out")) if tool.drain else contextlib.nullcontext():
            yield [part.replace("{dir}", folder) for part in tool.prefix], env, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def recordings(folder):
    return sorted(glob.glob(os.path.join(folder, "*.mprec")))
