"""Runs whose recordings lie on a small file system."""

import os

from harness import run


def may_mount():
    return run(["unshare", "-m" if os.geteuid() == 0 else "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], status=None).returncode == 0


def within(kib, argv, env=None, **options):
    """Runs argv with MEMPROF_DIR on a file system of so many KiB; where none may be mounted, files may be no larger."""
    os.makedirs("small", exist_ok=True)
    mount = f'mount -t tmpfs -o size={kib}k none small && exec "$@"'
    if may_mount():
        argv = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", mount, "sh", *argv]
    else:
        argv = limited(kib, argv)
    return run(argv, env={"MEMPROF_DIR": os.path.abspath("small"), **(env or {})}, **options)


def limited(kib, argv):
    return ["sh", "-c", f'ulimit -f {2 * kib}; exec "$@"', "sh", *argv]
