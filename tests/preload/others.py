#!/usr/bin/env python3
"""Where recordings go and who takes them: other users' folders and files, links, sessions that go on, folders without room.

The cases run in a mount namespace with a /tmp and a /dev/shm of their own."""

import json
import os
import re
import stat
from glob import glob

from harness import MEMPROF, SHIM, case, check, equal, main, read, run, target
from tap import holds

ROOT = os.geteuid() == 0
UID = os.geteuid() if ROOT else 0  # as the namespace has it
OTHER = 4711
BUILD = os.path.commonpath([MEMPROF, SHIM, target("full")])  # stays where it is, also in /tmp
SETUP = (f"mount --bind {BUILD} /media; mount --bind . /mnt; cd /mnt; mount -t tmpfs -o mode=1777,size=TMP_SIZE none /tmp; "
         f"mount -t tmpfs -o mode=1777 none /dev/shm; mkdir -p out {BUILD}; mount --bind /media {BUILD}; ")
FULL = f"{target('full')} 100 1000"
# Leaves its recording, as if it had been killed: nobody converts it.
LEAVE = f"env LD_PRELOAD={SHIM} MEMPROF_RATE=exact MEMPROF_SUPERVISOR=1 {FULL} >/dev/null"
HOME = f"/dev/shm/memprof-{UID}"  # where the shim alone puts recordings
SESSIONS = f"{HOME}-sessions"  # root's


def inside(script, status=0, tmp_size="50%", **options):
    """Runs a shell script; its current folder is the test's. A script that hangs takes what it started with it."""
    return run(["timeout", "-s", "KILL", "50", "unshare", "-m" if ROOT else "-rm", "sh", "-ec", SETUP.replace("TMP_SIZE", tmp_size) + script], status=status, **options)


def text(result):
    return (result.stdout + result.stderr).decode()


@case("recover without operands lists and takes nothing")
def _():
    result = inside(f"{LEAVE}; {LEAVE}; {MEMPROF} recover; {MEMPROF} recover --json >out/list.json; ls {HOME}")
    listed = re.findall(rf"^full +(\d+) +(20\S+ \S+) +([\d.]+ KiB) +left behind +{HOME}/(\S+)$", text(result), re.M)
    equal(sorted(row[3] for row in listed), sorted(text(result).split()[-2:]), text(result))
    rows = json.load(open("out/list.json"))["recordings"]
    equal(sorted((str(r["pid"]), r["path"], r["state"]) for r in rows), sorted((row[0], f"{HOME}/{row[3]}", "left") for row in listed), "JSON")
    check(all(r["size"] > 100000 and r["time_nanos"] > 1e18 for r in rows), rows)
    equal(glob("*.pb.gz"), [], "profiles")


@case("without /proc each command that looks at processes says so, with what to do, and takes nothing")
def _():
    commands = ("run true", "leaks true", "check -- true", "ps", "doctor /bin/true", "stats 1", "stats", "live 1", "snapshot 1",
                "leaks --pid 1", "recover", "recover --all", "serve")
    for command in commands:
        result = inside(f"{LEAVE}; mount -t tmpfs none /proc; {MEMPROF} {command} || echo status $?; ls {HOME} | wc -l")
        equal(result.stdout.decode().split("\n")[-3:], ["status 3", "1", ""], f"{command}: {text(result)}")
        lines = [line for line in result.stderr.decode().splitlines() if "/proc is not mounted here" in line]
        equal(len(lines), 1, f"{command}: {text(result)}")
        holds(lines[0], "mount -t proc")


@case("recover takes what is named, by path or as it is listed, and with --all the rest")
def _():
    result = inside(f"for i in 1 2 3 4; do {LEAVE}; done; cd {HOME}; set -- *; cd /mnt; {MEMPROF} recover -q -o 1.pb.gz $1; "
                    f"{MEMPROF} recover -q -o 2.pb.gz {HOME}/$2; ls {HOME} | wc -l; {MEMPROF} recover -q --all -o 3.pb.gz; ls {HOME}; "
                    f"{MEMPROF} recover; {MEMPROF} recover --all; {MEMPROF} recover nothing || echo $?")
    equal(result.stdout, b"2\n2\n", "left")
    holds(text(result), "no recordings were left behind", "nothing: no such recording")
    equal(len(glob("*.pb.gz")), 4, "profiles")
    for path in glob("*.pb.gz"):
        check(read(path).total("alloc_space") >= 100000, path)


@case("recover writes over no profile where it cannot see whether there is one")
def _():
    result = inside(f"for i in 1 2; do {LEAVE}; done; strace -qq -o trace -P p.pb.gz -e trace=openat -e inject=openat:error=EMFILE:when=1 "
                    f"{MEMPROF} recover -q -o p.pb.gz {HOME} || echo ended $?; ls {HOME} | wc -l")
    equal(result.stdout, b"ended 2\n1\n", text(result))
    holds(text(result), "cannot write p.pb.gz: Too many open files")
    equal(glob("*.pb.gz"), ["p.pb.gz"], "profiles")
    check(read("p.pb.gz").total("alloc_space") >= 100000, "the first profile")


for setting in ("", "mkdir dir; export MEMPROF_DIR=$PWD/dir; "):
    @case(f"recover leaves to a memprof run that goes on what it will collect{', with MEMPROF_DIR' if setting else ''}")
    def _(setting=setting):
        script = (f"{setting} mkfifo go; {MEMPROF} run -q --exact -o run.pb.gz -- sh -c '{FULL} >ended; read line <go' & "
                  "while ! [ -s ended ]; do sleep 0.05; done; sleep 0.2; "
                  f"{MEMPROF} recover; {MEMPROF} recover -o stolen.pb.gz --all; "
                  f"for f in $({MEMPROF} recover --json | jq -r '.recordings[].path'); do {MEMPROF} recover -q -o stolen.pb.gz $f 2>&1 || echo refused $?; done; "
                  "echo >go; wait")
        result = inside(script)
        holds(text(result), "memprof run goes on", "recordings are left alone")
        holds(result.stdout.decode(), "1 recording is left alone", "refused 2")  # -q hides no refusal
        equal(glob("stolen*"), [], "stolen profiles")
        children = glob("run.*.pb.gz")
        equal(len(children), 1, f"profiles of children, {text(result)}")
        check(read(children[0]).total("alloc_space") >= 100000, "the child's profile")


@case("recover takes a session whose memprof run was killed, once its processes have ended")
def _():
    script = (f"mkfifo go; {MEMPROF} run -q --exact -- sh -c '{FULL} >ended; read line <go' & run=$!; "
              "while ! [ -s ended ]; do sleep 0.05; done; sleep 0.2; kill -9 $run; sleep 0.2; "
              f"{MEMPROF} recover; {MEMPROF} recover -q --all -o first.pb.gz; echo >go; sleep 0.5; {MEMPROF} recover -q --all -o second.pb.gz; echo left:; ls {SESSIONS}")
    result = inside(script)
    holds(text(result), "left behind", "running")
    equal(result.stdout.decode().split("left:")[1].split(), [], "the session's folder")
    check(read("first.pb.gz").total("alloc_space") >= 100000 and os.path.exists("second.pb.gz"), "profiles")


@case("a daemon's recording is held by the process that waits for it")
def _():
    script = (f"mkfifo go; {MEMPROF} run -q --exact -o run.pb.gz -- sh -c '(read line <go; {FULL} >ended) >/dev/null 2>&1 &'; sleep 0.3; "
              f"{MEMPROF} recover --all; {MEMPROF} recover --json | jq -r '.recordings[].state'; echo >go; "
              f"while [ -n \"$(ls {SESSIONS})\" ]; do sleep 0.05; done")
    holds(text(inside(script)), "left alone")
    equal(len(glob("run.*.pb.gz")) >= 1, True, "the daemon's profile")


@case("links are not followed: neither recordings nor sessions, listed or named")
def _():
    script = (f"mkdir -m 700 {HOME} /dev/shm/victim; env MEMPROF_DIR=/dev/shm/victim {LEAVE}; set -- /dev/shm/victim/*; "
              f"ln -s $1 {HOME}/1.0.mprec; ln -s /dev/shm/victim {HOME}/run.1.evil; "
              f"{MEMPROF} recover; {MEMPROF} recover -o stolen.pb.gz --all; {MEMPROF} recover -o stolen.pb.gz {HOME}/1.0.mprec || echo refused $?; "
              f"ln $1 {HOME}/2.0.mprec; {MEMPROF} recover -o stolen.pb.gz --all; {MEMPROF} recover -o stolen.pb.gz {HOME}/2.0.mprec || echo refused $?; ls /dev/shm/victim | wc -l")
    result = inside(script)
    equal(result.stdout, b"refused 2\nrefused 2\n1\n", text(result))
    holds(text(result), "a symbolic link", "2 names")
    equal(glob("stolen*"), [], "profiles")


if ROOT:
    @case("recover as root takes no other user's recording or folder")
    def _():
        script = (f"{LEAVE}; set -- {HOME}/*; mkdir evil; cp --sparse=always $1 evil/7.0.mprec; chown -R {OTHER} evil $1; "
                  f"mkdir -p /tmp/memprof-0/run.1.evil; chown -R {OTHER} /tmp/memprof-0; cp --sparse=always $1 /tmp/memprof-0/run.1.evil/8.0.mprec; "
                  f"{MEMPROF} recover; {MEMPROF} recover -o stolen.pb.gz --all; MEMPROF_DIR=evil {MEMPROF} recover -o stolen.pb.gz --all; "
                  f"for f in $1 evil/7.0.mprec evil/ /tmp/memprof-0/; do {MEMPROF} recover -o stolen.pb.gz $f && echo 0 || echo $?; done; ls $1 evil /tmp/memprof-0/run.1.evil")
        result = inside(script, status=None)
        equal(result.stdout.split()[:4], [b"2", b"2", b"0", b"0"], text(result))
        holds(result.stdout.decode(), "7.0.mprec", "8.0.mprec")
        equal(glob("stolen*"), [], "profiles")


@case("profiles are their owner's alone, as recordings are; the umask takes away more")
def _():
    inside(f"umask 0; {MEMPROF} run -q -o a.pb.gz -- {FULL}; {LEAVE}; {MEMPROF} recover -q --all -o b.pb.gz; "
           f"{MEMPROF} run -q -- {FULL}; {MEMPROF} merge -o c.pb.gz a.pb.gz b.pb.gz; umask 0277; {MEMPROF} run -q -o d.pb.gz -- {FULL}")
    modes = {path: stat.S_IMODE(os.stat(path).st_mode) for path in glob("*.pb.gz")}
    equal(len(modes), 5, modes)
    equal({m for p, m in modes.items() if p != "d.pb.gz"}, {0o600}, modes)
    equal(modes["d.pb.gz"], 0o400, modes)


# Where recordings go.


SAME_AS_ALONE = f"alone=$({FULL}); "


def recorded(result, *parts):
    """The program ran, one line says where its recording went, and its profile is whole."""
    lines = result.stderr.decode().splitlines()
    equal(len(lines), 1, f"lines {lines}")
    holds(lines[0], *parts)
    equal(result.stdout, b"100\n", "output")
    equal(read("p.pb.gz").comment("dropped"), None, "dropped")


PLANTS = {"a file": "echo x >{0}", "a link": "mkdir /tmp/x; ln -s /tmp/x {0}", "a folder that others can write to": "mkdir {0}; chmod 777 {0}",
          "another user's folder": "mkdir {0}; mount --bind /usr {0}" if not ROOT else f"mkdir {{0}}; chown {OTHER} {{0}}"}
for what, plant in PLANTS.items():
    @case(f"{what} where the folder of recordings would be: the next place, and one line")
    def _(plant=plant):
        recorded(inside(f"{plant.format(SESSIONS)}; exec {MEMPROF} run -q --exact -o p.pb.gz -- {FULL}"), SESSIONS, "/tmp/memprof-")

    @case(f"{what} there, preloaded: the next place, and the program is as alone")
    def _(plant=plant):
        result = inside(f"{plant.format(HOME)}; {LEAVE}; ls /tmp/memprof-{UID}; {MEMPROF} recover -q --all -o p.pb.gz")
        check(re.fullmatch(r"\d+\.0\.mprec\n", text(result)), text(result))
        check(read("p.pb.gz").total("alloc_space") >= 100000, "the profile")


for what, prepare in {"a folder that is not there": "", "one without room": "mkdir d; mount -t tmpfs -o size=400k none d; ",
                      "a read-only one": "mkdir d; mount -t tmpfs -o ro none d; "}.items():
    @case(f"MEMPROF_DIR is {what}: the next place, and one line")
    def _(prepare=prepare):
        recorded(inside(f"{prepare} export MEMPROF_DIR=$PWD/d; exec {MEMPROF} run -q --exact -o p.pb.gz -- {FULL}"), "/mnt/d", HOME)


@case("shared memory without room: $TMPDIR, then /tmp; leaks and check, too")
def _():
    full = "mount -t tmpfs -o size=300k none /dev/shm; mkdir -p t; export TMPDIR=$PWD/t; "
    recorded(inside(f"{full} exec {MEMPROF} run -q --exact -o p.pb.gz -- {FULL}"), "/dev/shm", "/mnt/t/memprof-")
    holds(text(inside(f"{full} exec {MEMPROF} leaks -- {FULL} lose", status=23)), "100,000 bytes in 100 blocks")
    holds(text(inside(f"{full} exec {MEMPROF} check -- {FULL} lose", status=1)), "FAILED")
    recorded(inside(f"mount -t tmpfs -o size=300k none /dev/shm; export TMPDIR=/dev/shm; exec {MEMPROF} run -q --exact -o p.pb.gz -- {FULL}"),
             "/dev/shm", "/tmp/memprof-")


@case("shared memory without room, preloaded: /tmp")
def _():
    inside(f"mount -t tmpfs -o size=150k none /dev/shm; {LEAVE}; ls /tmp/memprof-{UID}; {MEMPROF} recover -q --all -o p.pb.gz")
    check(read("p.pb.gz").total("alloc_space") >= 100000, "the profile")


@case("no room anywhere: the program runs, and what there is is used")
def _():
    tiny = "mount -t tmpfs -o size=600k none /dev/shm; "
    result = inside(f"{tiny} exec {MEMPROF} run -q --exact -o p.pb.gz -- {FULL}", tmp_size="600k")
    equal(result.stdout, b"100\n", text(result))
    check(read("p.pb.gz").counts("totals")["allocs"] >= 100, "the profile")


if ROOT:
    # Programs that give up root. The build may lie where only root can enter.
    REACHABLE = f"cp {MEMPROF} {target('drop')} {target('full')} /tmp; mkdir -p /tmp/libprof/shim /tmp/cli; " \
                f"cp {os.path.dirname(SHIM)}/libmemprof*.so /tmp/libprof/shim; mv /tmp/memprof /tmp/cli; chmod -R a+rX /tmp/cli /tmp/libprof /tmp/drop /tmp/full; M=/tmp/cli/memprof; "
    AFTER = f"/tmp/drop {OTHER}"
    THEN = f"/tmp/drop {OTHER} /tmp/full 100 1000"

    @case("root's children that give up root before they allocate are recorded, also what they execute")
    def _():
        for program, where in ((AFTER, "after_drop"), (THEN, "full_leaf")):
            result = inside(REACHABLE + f"$M run -q --exact -o p.pb.gz -- {program}; ls /dev/shm/memprof-0-sessions")
            equal((result.stderr, result.stdout), (b"", b"100\n" if program == THEN else b""), "output, and what is left")
            flats = [read(p).flat("alloc_space")[where] for p in glob("p*.pb.gz")]
            equal(sum(flats), 100000, f"{program}: {flats}")
            modes = {(os.stat(p).st_uid, stat.S_IMODE(os.stat(p).st_mode)) for p in glob("p*.pb.gz")}
            equal(modes, {(0, 0o600)}, "root's profiles")
            for p in glob("p*.pb.gz"):
                os.unlink(p)

    @case("leaks and check see them, too, with MEMPROF_DIR in a folder that can be passed through, and in /tmp")
    def _():
        for setting in ("", "mkdir -m 711 /tmp/dir; export MEMPROF_DIR=/tmp/dir; ", "umount /dev/shm || :; mount -t tmpfs -o size=100k none /dev/shm; "):
            result = inside(REACHABLE + setting + f"$M leaks -- {AFTER}", status=None)
            holds(text(result), "100,000 bytes in 100 blocks are definitely lost")
            result = inside(REACHABLE + setting + f"$M check -o c.pb.gz -- {AFTER}", status=1)
            holds(text(result), "after_drop")

    @case("a recording of root's session is a file with one name, whoever has it: no link, no second name, nothing else")
    def _():
        # The other user plants what it can in the session that it knows by its environment.
        plant = ("cat >/tmp/plant; chmod a+rx /tmp/plant; ")
        script = """#!/bin/sh
d=$MEMPROF_DIR
cd $d && ls 2>/dev/null && echo listed
rm -f $d/*.mprec $d/[0-9]* 2>/dev/null
ln -s /tmp/secret/1.0.mprec $d/90001.0.mprec
ln /tmp/secret/1.0.mprec $d/90002.0.mprec 2>/dev/null
mkfifo $d/90004.0.mprec
ln -s /tmp/secret $d/run.1.evil
mv $d/$PPID.0.mprec $d/moved 2>/dev/null && echo moved
exit 0
"""
        result = run(["unshare", "-m", "sh", "-ec", SETUP.replace("TMP_SIZE", "50%") + REACHABLE + plant +
                      f"mkdir -m 700 /tmp/secret; env MEMPROF_DIR=/tmp/secret {LEAVE}; mv /tmp/secret/*.mprec /tmp/secret/1.0.mprec; "
                      f"timeout 30 $M run -q --exact -o p.pb.gz -- /tmp/drop {OTHER} /bin/sh /tmp/plant || :; ls /tmp/secret; echo left:$(ls {SESSIONS} | wc -l); $M recover --json; $M recover --all -q -o stolen.pb.gz || :"],
                     input=script.encode(), status=None)
        check(b"listed" not in result.stdout and b"moved" not in result.stdout, text(result))
        holds(text(result), "1.0.mprec\n")
        equal(re.findall("left:(.*)", text(result)), ["0"], "what is left of the session")
        for p in glob("*.pb.gz"):
            check("full" not in read(p).comment("command").split()[0], f"{p}: the secret recording")
        check(read("p.pb.gz").comment("command").startswith("/tmp/drop"), "the main profile")


main()
