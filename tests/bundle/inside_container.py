"""`python -m tests.bundle.inside_container JSON`, in a mount namespace of its own: becomes a command in a container."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from grader.kernel_side import linux
from grader.kernel_side.seal import install_filter
from grader.runner.sandbox.bpf import compile_filter
from grader.runner.sandbox.syscall_numbers import NUMBERS
from grader.runner.sandbox.system_calls import ALLOW, REFUSE, UNNAMED, Condition, Rule

# What Docker refuses without CAP_SYS_ADMIN, of that what matters here.
_DENIED = (
    *("unshare", "setns", "mount", "umount2", "pivot_root", "fsopen", "fsmount", "fsconfig", "fspick", "open_tree"),
    *("move_mount", "mount_setattr", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd"),
)
# CLONE_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID and _NEWNET.
_NAMESPACES = 0x7E02_0000
# CAP_CHOWN, _DAC_OVERRIDE, _FOWNER, _FSETID, _KILL, _SETGID, _SETUID, _SETPCAP, _NET_BIND_SERVICE, _NET_RAW,
# _SYS_CHROOT, _MKNOD, _AUDIT_WRITE and _SETFCAP: Docker's.
_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31})
_LAST_CAPABILITY = 40
_PR_CAPBSET_DROP = 24


def main() -> None:
    wanted = json.loads(sys.argv[1])
    for inside, outside in wanted["bound"].items():
        subprocess.run(["mount", "--bind", outside, inside], check=True)  # noqa: S603, S607 - the test's own
    for group in wanted["groups"]:
        Path(group).write_text(str(os.getpid()), encoding="ascii")
    install_filter(_docker_filter(tuple(wanted["denied"])))
    for capability in range(_LAST_CAPABILITY + 1):
        if capability not in _CAPABILITIES:
            linux.prctl(_PR_CAPBSET_DROP, capability)
    os.chdir(wanted["cwd"])
    command = wanted["command"]
    ctypes.CDLL(None).fflush(None)
    os.execvpe(command[0], command, wanted["environment"])  # noqa: S606 - the test's own


def _docker_filter(lacking: tuple[str, ...]) -> str:
    denied = {*_DENIED, *lacking, "clone", "clone3"}
    rules = (
        Rule(tuple(name for name in NUMBERS[platform.machine()] if name not in denied), ALLOW, "all others"),
        Rule(_DENIED, REFUSE, "as Docker does"),
        Rule((*lacking, "clone3"), UNNAMED, "as an older kernel does; of clone3, as Docker does"),
        Rule(("clone",), ALLOW, "but no namespaces", (Condition(0, (0,), _NAMESPACES),)),
    )
    return compile_filter(rules, platform.machine()).hex()


if __name__ == "__main__":
    main()
