"""The page's modules as units: units.mjs by node's test runner."""

import os
import subprocess
from pathlib import Path

from tap import case, check, main


@case("the units of the page's modules")
def _():
    units = Path(__file__).with_name("units.mjs")
    found = subprocess.run(["node", "--test", units], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=os.environ)
    check(found.returncode == 0 and "# pass 0" not in found.stdout, found.stdout)


main()
