"""What this machine can seal with, in words for whoever looks after it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from grader.runner.sandbox.layers import Layer, Sandbox
from grader.runner.sandbox.search import MACHINES, find_layers

_DOES = {
    Layer.LANDLOCK: "student code opens the interpreter's libraries and its scratch folder, and no other file; no TCP",
    Layer.SECCOMP: "no sockets, processes, signals, tracing, or any system call that computing does not need",
    Layer.NAMESPACES: "a root folder, process numbers and network of its own; scratch in memory, bounded",
    Layer.PRIVILEGES: "no capabilities; under root a user of its own for each kernel",
    Layer.LIMITS: "memory, processor time, size of files, open files",
}
_LEAVES_OPEN = {
    Layer.LANDLOCK: "files are hidden by namespaces alone",
    Layer.SECCOMP: "the network, other processes, and the kernel's whole surface",
    Layer.NAMESPACES: (
        "whether a file exists can be asked (not what is in it); disk and threads are bounded by a watchdog that looks "
        "ten times a second, so some may be used in between"
    ),
    Layer.PRIVILEGES: "what the seal misses is done with the grader's own rights",
    Layer.LIMITS: "one notebook can use up the machine's memory",
}


@dataclass(frozen=True, slots=True)
class Finding:
    layer: Layer
    problem: str
    """Why it does not work; empty: it does."""

    @property
    def works(self) -> bool:
        return not self.problem

    @property
    def does(self) -> str:
        return _DOES[self.layer]

    @property
    def leaves_open(self) -> str:
        return _LEAVES_OPEN[self.layer]


def examine() -> list[Finding]:
    """Try each layer. Raises SandboxUnavailable where not even that can be done."""
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        problem = f"Linux on x86_64 or aarch64 has it; this is {platform.system()} on {platform.machine()}"
        return [Finding(layer, problem) for layer in Layer]
    findings = find_layers()
    return [Finding(layer, findings.problem(layer)) for layer in Layer]


def _sandbox(findings: Sequence[Finding]) -> Sandbox:
    return Sandbox(tuple(one.layer for one in findings if one.works))


def all_sealed(findings: Sequence[Finding]) -> bool:
    return not _sandbox(findings).missing()


def verdict_of(findings: Sequence[Finding]) -> str:
    sandbox = _sandbox(findings)
    if not sandbox.missing():
        return "Sealed with every layer."
    if sandbox.is_enough():
        return "Sealed well enough for --sandbox auto; --sandbox required refuses to grade here."
    return "Not sealed: --sandbox auto refuses to grade here. Only --sandbox off works, for code that you trust."
