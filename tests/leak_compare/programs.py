"""The programs that are compared: each file of flows/ by a way to allocate, an optimisation level and a compiler.

The comments at the head of a file say what it does and state the truth, by construction, a key each:
    truth: definite 1*112, indirect 4*112, possible 1*10000, kept 1*100000, hidden 1*48
        blocks by kind, each COUNT*BYTES; kept is what is in use, hidden what is in use by a pointer that no tool can know
    calls: any, plain, c, or the name of a way to allocate (calls.py)
    status: of the program, as a shell has it
    plugin: yes, if the file compiled with -DPLUGIN is a shared library that it loads
    memprof:, valgrind:, lsan: why that tool sees it otherwise, for the document; with memprof: it may miss, never be false
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from calls import calls_for

HERE = Path(__file__).parent
KINDS = ("definite", "indirect", "possible", "kept", "hidden")
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang", "clang++")}
LEVELS = ("-O0", "-O2")


@dataclass(frozen=True)
class Flow:
    path: Path
    title: str
    truth: dict  # kind: [(count, bytes)]
    calls: list
    status: int
    plugin: bool
    why: dict  # tool: reason

    @property
    def name(self):
        return self.path.stem


def _groups(path, text):
    truth = {kind: [] for kind in KINDS}
    for part in filter(None, map(str.strip, text.split(","))):
        kind, *groups = part.split()
        if kind not in truth or not groups:
            raise ValueError(f"{path}: cannot read its truth: {part!r}")
        truth[kind] += [tuple(map(int, g.split("*"))) for g in groups]
    return truth


KEY = re.compile(r"(truth|calls|status|plugin|memprof|valgrind|lsan):\s*(.*)")


def read_flow(path):
    head = path.read_text().split("#include")[0]
    comments = [" ".join(line.strip(" *") for line in c.splitlines()).strip() for c in re.findall(r"/\*(.*?)\*/", head, re.S)]
    keys = dict(m.groups() for m in map(KEY.fullmatch, comments) if m)
    if "truth" not in keys:
        raise ValueError(f"{path}: states no truth")
    title = " ".join(c for c in comments if not KEY.fullmatch(c))
    why = {tool: keys[tool] for tool in ("memprof", "valgrind", "lsan") if tool in keys}
    return Flow(path, title, _groups(path, keys["truth"]), calls_for(keys.get("calls", "any")),
                int(keys.get("status", 0)), keys.get("plugin") == "yes", why)


@dataclass(frozen=True)
class Program:
    flow: Flow
    call: object
    level: str
    compiler: str

    @property
    def name(self):
        return f"{self.flow.name} {self.call.name} {self.compiler} {self.level}"

    @property
    def file(self):
        return re.sub(r"[^\w.-]+", "_", self.name)

    def truth(self, kind):
        """(bytes, objects) of a kind."""
        groups = self.flow.truth[kind]
        return sum(c * (n + self.call.extra) for c, n in groups), sum(c for c, _ in groups)

    def command(self, output, *options):
        cpp = self.call.cpp or self.flow.path.suffix == ".cpp"
        language = ["-x", "c++", "-std=gnu++17"] if cpp else ["-std=gnu17"]
        return [COMPILERS[self.compiler][cpp], self.level, "-g", "-w", f"-I{HERE}", f"-DTAKE={self.call.take}",
                f"-DGIVE={self.call.give}", *language, *options, str(self.flow.path), "-o", str(output), "-pthread"]

    def build(self, folder, suffix="", *options):
        """Compiles the program; its path."""
        program = folder / (self.file + suffix)
        define = []
        if self.flow.plugin:
            plugin = folder / (self.file + ".so")
            _compile(self.command(plugin, "-DPLUGIN", "-shared", "-fPIC"))
            define = [f'-DPLUGIN_PATH="{plugin}"']
        _compile(self.command(program, *define, *options))
        return program


def _compile(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{result.stderr}")


def generate(rounds):
    """Per round each flow at both levels and with both compilers: the round gives which go together, and each program takes
    the next way to allocate."""
    flows = sorted((read_flow(path) for path in (HERE / "flows").iterdir() if path.suffix in (".c", ".cpp")),
                   key=lambda flow: flow.name)
    compilers = list(COMPILERS)
    programs = []
    for i, flow in enumerate(flows):
        for k in range(2 * rounds):
            call = flow.calls[(i + k * max(1, len(flow.calls) // 4) + k // 4) % len(flow.calls)]
            programs.append(Program(flow, call, LEVELS[k % 2], compilers[(i + k + k // 2) % 2]))
    return programs
