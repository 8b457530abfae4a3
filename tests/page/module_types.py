"""The page's modules, by the types that their comments declare: TypeScript's checker finds nothing."""

import os
import subprocess
from pathlib import Path

from tap import case, check, main

WEB = Path(os.environ["PAGE_WEB"])


@case("tsc finds no fault in the page's modules")
def _():
    checker = WEB / "node_modules/.bin/tsc"
    check(checker.exists(), "there is no tsc; scripts/deps test installs it")
    found = subprocess.run([checker, "-p", WEB / "jsconfig.json"], stdout=subprocess.PIPE, text=True, check=False)
    check(found.returncode == 0, found.stdout)


main()
