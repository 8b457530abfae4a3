#!/usr/bin/env python3
"""run.py TEST.py: runs a test of whole programs with the shim that has assertions ($CHECKED).

memprof preloads the shim that lies where it was built. So the test gets a copy of the command in a folder of its own,
and of the checked libraries where the command looks for them, and they for it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

checked = Path(os.environ["CHECKED"])
with tempfile.TemporaryDirectory(prefix="memprof-checked.") as folder:
    command = Path(folder, "cli", "memprof")
    shims = Path(folder, "libprof", "shim")
    command.parent.mkdir()
    shims.mkdir(parents=True)
    shutil.copy2(os.environ["MEMPROF"], command)
    for name in (checked.name, "libmemprof-new.so"):
        shutil.copy2(checked.parent / name, shims)
    environment = {**os.environ, "MEMPROF": str(command), "SHIM": str(shims / checked.name)}
    status = subprocess.run([sys.executable, *sys.argv[1:]], env=environment).returncode
sys.exit(status)
