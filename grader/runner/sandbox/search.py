"""Which layers this machine has, found by a probing child, and what is done where it lacks the ones that matter."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from grader.errors import SandboxUnavailable, UsageError
from grader.kernel_side.landlock import landlock_version
from grader.runner.environment import kernel_environment
from grader.runner.private_folder import make_private_folder
from grader.runner.sandbox.bpf import compile_filter
from grader.runner.sandbox.landlock_rules import landlock_rules
from grader.runner.sandbox.layers import FIRST_USER, Layer, Sandbox
from grader.runner.sandbox.readable import Readable, interpreter_paths
from grader.runner.sandbox.system_calls import rules

SandboxChoice: TypeAlias = Literal["auto", "required", "off"]
MACHINES = ("x86_64", "aarch64")
_PROBE_SECONDS = 30
# What the probing child calls them: one way is enough.
_WAYS = {
    Layer.LANDLOCK: ("landlock",),
    Layer.SECCOMP: ("seccomp",),
    Layer.NAMESPACES: ("namespaces_of_root", "namespaces_of_user"),
    Layer.PRIVILEGES: ("capabilities",),
    Layer.LIMITS: ("limits",),
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the probing child found: for each thing tried, why it does not work, or nothing."""

    readable: Readable
    landlock_version: int
    problems: Mapping[str, str]

    def works(self, name: str) -> bool:
        return self.problems[name] == ""

    def problem(self, layer: Layer) -> str:
        """Why the layer can't be had in any of its ways; empty: it can."""
        problems = [self.problems[name] for name in _WAYS[layer]]
        return "; ".join(dict.fromkeys(problems)) if all(problems) else ""

    def sandbox(self) -> Sandbox:
        """All layers that work, together."""
        of_root, of_user = self.works("namespaces_of_root"), self.works("namespaces_of_user")
        layers = tuple(layer for layer in Layer if not self.problem(layer))
        # In a root folder of their own, the libraries are reached by paths that everybody may enter.
        drops_user = os.getuid() == 0 and (of_root or self.works("user"))
        version = self.landlock_version if Layer.LANDLOCK in layers else 0
        return Sandbox(layers, self.readable, version, of_user and not of_root, drops_user)


def find_sandbox(choice: SandboxChoice, private: Sequence[Path] = ()) -> Sandbox:
    """The best seal that there is; `private` is never readable. Raises SandboxUnavailable.

    `auto` needs Landlock or namespaces, and the filter of system calls: without these student code reads and reaches
    what the caller can. `required` needs every layer. `off` seals nothing.
    """
    if choice not in get_args(SandboxChoice):
        # From Python nothing else stops a slip, and whoever meant "required" must not get less.
        message = f"The sandbox can be {', '.join(get_args(SandboxChoice))}, not {choice!r}."
        raise UsageError(message)
    if choice == "off":
        return Sandbox()
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        message = f"{platform.system()} on {platform.machine()} has no sandbox that this grader knows. {_MEND}"
        raise SandboxUnavailable(message)
    sandbox = find_layers(private).sandbox()
    missing = ", ".join(sandbox.missing())
    if choice == "required" and missing:
        message = f"--sandbox required, but this machine lacks: {missing}. `grader doctor` says why."
        raise SandboxUnavailable(message)
    if not sandbox.is_enough():
        message = f"Student code can't be sealed on this machine: it lacks {missing}. {_MEND}"
        raise SandboxUnavailable(message)
    return sandbox


_MEND = "`grader doctor` says what is missing. To run code that you trust unsealed, say --sandbox off."


def find_layers(private: Sequence[Path] = ()) -> Findings:
    """Try everything. Takes a fifth of a second. Raises SandboxUnavailable."""
    readable = interpreter_paths(private)
    version = landlock_version()
    home = make_private_folder()
    try:
        (home.path / "outside").touch()
        landlock = landlock_rules(version, readable.paths, sockets="/nowhere", scratch="/nowhere") if version else None
        wanted = {
            "folder": str(home.path),
            "landlock": landlock,
            "system_calls": compile_filter(rules(truncation_is_covered=True), platform.machine()).hex(),
            "user": FIRST_USER,
            "visible": list(readable.paths),
            "links": dict(readable.links),
        }
        return Findings(readable, version, _ask(wanted, home.path))
    finally:
        home.remove()


def _ask(wanted: Mapping[str, object], folder: Path) -> Mapping[str, str]:
    argv = [sys.executable, "-P", "-m", "grader.kernel_side.layer_probe"]
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter
            argv,
            input=json.dumps(wanted),
            env=kernel_environment(folder),
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=True,
            text=True,
        )
        problems: dict[str, str] = json.loads(ended.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        message = f"What this machine's sandbox can do could not be found out: {type(error).__name__}: {error}."
        raise SandboxUnavailable(message) from error
    return problems
