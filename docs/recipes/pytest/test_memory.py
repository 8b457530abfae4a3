"""pytest: what a program allocates and loses, as assertions. BASKET names the program."""

import json
import os
import subprocess


def checked(*argv, limits="limits: [{metric: definite_space, max: 0}]", tmp_path):
    """The verdict of memprof check; the program's own failure raises."""
    budget = tmp_path / "memprof.yaml"
    budget.write_text("version: 1\n" + limits)
    done = subprocess.run(["memprof", "check", "--json", "--budget", budget, "--", *argv], stdout=subprocess.PIPE, check=False)
    assert done.returncode in (0, 1), done.returncode
    return json.loads(done.stdout)["verdicts"][0]


def explain(verdict):
    return [(c["limit"], c["metric"], c["value"], c["stacks"][0]["function"]) for c in verdict["checks"]
            if c["verdict"] == "over"]


def test_basket_loses_nothing(tmp_path):
    assert explain(checked(os.environ["BASKET"], tmp_path=tmp_path)) == []


def test_basket_keeps_its_budget(tmp_path):
    limits = "limits: [{metric: alloc_space, function: ^fill_basket$, max: 120 KiB}]"
    assert explain(checked(os.environ["BASKET"], limits=limits, tmp_path=tmp_path)) == []
