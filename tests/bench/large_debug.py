"""Makes a program with half a gigabyte of debug information: 840 compilation units of C++, of 8 sources."""

import concurrent.futures
import os
import subprocess

SOURCES, COPIES, FUNCTIONS = 8, 105, 6
HEADERS = ("algorithm deque functional iostream list map memory numeric regex set sstream string thread unordered_map "
           "vector").split()

# As C++ is written: templates over containers of structures, in a namespace without a name. Units are alike in size,
# not in their functions.
UNIT = """
struct record_@ { int key; std::string name; std::vector<long> numbers; std::map<std::string, int> index; double weights[$]; };
template <class T> __attribute__((noinline)) size_t fill_@(T &all, int n) {
  for (int k = 0; k < n; k++) {
    all.emplace_back();
    all.back().name.assign(40 + $, 'x');
    all.back().numbers.resize(k + $);
    all.back().index[all.back().name] = k;
  }
  std::sort(all.back().numbers.begin(), all.back().numbers.end());
  return all.size();
}
__attribute__((noinline)) size_t make_@(int n) {
  std::deque<record_@> some;
  auto *kept = new std::vector<record_@>;
  return fill_@(some, n) + fill_@(*kept, n);
}
"""


def source(number):
    parts = [f"#include <{header}>\n" for header in HEADERS] + ["namespace {"]
    parts += [UNIT.replace("@", f"{number}_{i}").replace("$", str(i + 1)) for i in range(FUNCTIONS)]
    calls = " + ".join(f"make_{number}_{i}(n)" for i in range(FUNCTIONS))
    return "".join(parts) + f'}}\nextern "C" size_t entry(int n) {{ return {calls}; }}\n'


def main_source(n):
    declarations = "".join(f"size_t entry_{i}(int);\n" for i in range(n))
    calls = "".join(f"  n += entry_{i}(2);\n" for i in range(n))
    return f"#include <stddef.h>\n{declarations}int main(void) {{\n  size_t n = 0;\n{calls}  return n == 0;\n}}\n"


def make(folder):
    """The program's path; takes a minute on two processors. Every unit is linked COPIES times, with an entry of another name."""
    program, n = str(folder / "large_debug"), SOURCES * COPIES

    def compile_source(i):
        (folder / f"s{i}.cpp").write_text(source(i))
        subprocess.run(["g++", "-g", "-O1", "-c", f"{folder}/s{i}.cpp", "-o", f"{folder}/s{i}.o"], check=True)

    def copy(i):
        subprocess.run(["objcopy", "--redefine-sym", f"entry=entry_{i}", f"{folder}/s{i % SOURCES}.o", f"{folder}/c{i}.o"], check=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_source, range(SOURCES)))
        list(pool.map(copy, range(n)))
    (folder / "main.c").write_text(main_source(n))
    subprocess.run(["g++", "-g", "-x", "c", f"{folder}/main.c", "-x", "none", *[f"{folder}/c{i}.o" for i in range(n)], "-o", program],
                   check=True)
    for object_file in folder.glob("*.o"):
        object_file.unlink()
    return program
