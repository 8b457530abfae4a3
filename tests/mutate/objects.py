"""The object code of a build folder's C files, compiled without link-time optimisation and line numbers.

A change that leaves the code of every object as it was cannot be seen by a test. That is found by compiling alone; linking the
shim, which optimises all of it again, takes twenty times as long. (Link-time optimisation could in theory order two relaxed
accesses of an atomic variable otherwise than two ordered ones; here such a change passes for the same code.)"""

import hashlib
import json
import shlex
import subprocess
import tempfile
from pathlib import Path


class NotCompiled(Exception):
    pass


class Objects:
    def __init__(self, build, folders):
        """`folders` are those of ninja's object files, below the build folder."""
        self.build, self.known = build, {}
        commands = json.loads((build / "compile_commands.json").read_text())
        self.commands = {c["output"]: c["command"] for c in commands if c["output"].rpartition("/")[0] in folders}
        self.users = self.read_users()

    def read_users(self):
        """{source or header: the objects that it is a part of}"""
        users, current = {}, None
        for line in subprocess.run(["ninja", "-t", "deps"], cwd=self.build, capture_output=True, text=True, check=True).stdout.splitlines():
            if line and not line.startswith(" "):
                current = line.partition(":")[0]
            elif line and current in self.commands:
                users.setdefault((self.build / line.strip()).resolve(), []).append(current)
        return users

    def code(self, output):
        """A digest of the object's code as the sources are now."""
        with tempfile.NamedTemporaryFile(suffix=".o") as object_file:
            words = [w for w in shlex.split(self.commands[output]) if w not in ("-MD", "-flto", "-flto=auto")]
            for option in ("-MQ", "-MF"):
                del words[words.index(option):words.index(option) + 2]
            words[words.index("-o") + 1] = object_file.name
            result = subprocess.run([*words, "-g0"], cwd=self.build, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if result.returncode:
                raise NotCompiled(output)
            return hashlib.sha256(Path(object_file.name).read_bytes()).digest()

    def remember(self, source):
        """Keeps the code of all objects of an unchanged source."""
        for output in self.users.get(source, []):
            if output not in self.known:
                self.known[output] = self.code(output)

    def changed(self, source):
        """The folders in which a changed source has made other code; raises NotCompiled."""
        folders = set()
        for output in self.users.get(source, []):
            folder = output.rpartition("/")[0]
            if folder not in folders and self.code(output) != self.known[output]:
                folders.add(folder)
        return folders
