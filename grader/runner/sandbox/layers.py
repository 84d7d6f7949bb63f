"""The layers of the seal as data: what a zygote and its kernels are told to put on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from grader.runner.sandbox.bpf import compile_filter
from grader.runner.sandbox.landlock_rules import FileRight, handled_files, landlock_rules
from grader.runner.sandbox.readable import Readable
from grader.runner.sandbox.system_calls import rules

# Above what distributions give to people and services, below what systemd hands out (61184 to 65519 and 524288 on).
FIRST_USER = 60_600
_MOST_DESCRIPTORS = 512
_MOST_PROCESSES = 128
_MOST_FILES = 10_000


_NOTHING = Readable((), {})


class Layer(StrEnum):
    """In the order in which a report of them makes sense."""

    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    NAMESPACES = "namespaces"
    PRIVILEGES = "privileges"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one kernel may use. Bytes; seconds of processor time."""

    memory_bytes: int = 2 * 2**30
    output_bytes: int = 2**20
    disk_bytes: int = 64 * 2**20
    cpu_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The layers that kernels are sealed with; none: whatever student code does, it does as the grader's user."""

    layers: tuple[Layer, ...] = ()
    readable: Readable = _NOTHING
    landlock_version: int = 0
    user_namespace: bool = False
    """Namespaces by way of a user namespace, not by being root."""
    drops_user: bool = False
    """Each slot runs as a user of its own; only root can do that."""

    def __bool__(self) -> bool:
        return bool(self.layers)

    def missing(self) -> tuple[Layer, ...]:
        return tuple(layer for layer in Layer if layer not in self.layers)

    def is_enough(self) -> bool:
        """Without the filter, or with neither of the two that hide files, student code reaches what the caller can."""
        hides_files = Layer.LANDLOCK in self.layers or Layer.NAMESPACES in self.layers
        return hides_files and Layer.SECCOMP in self.layers

    def nest(self) -> Mapping[str, Any] | None:
        """What a zygote is told; None: no namespaces."""
        if Layer.NAMESPACES not in self.layers:
            return None
        return {
            "user_namespace": self.user_namespace,
            "visible": list(self.readable.paths),
            "links": dict(self.readable.links),
        }

    def seal(self, bounds: Bounds, sockets: Path, scratch: Path, slot: int) -> Mapping[str, Any]:
        """What a kernel is told; empty: no seal."""
        if not self.layers:
            return {}
        user = FIRST_USER + slot if self.drops_user else None
        return {
            "user": user,
            "drop_privileges": Layer.PRIVILEGES in self.layers,
            "limits": self._limits(bounds),
            "memory_bytes": bounds.memory_bytes,
            "disk": {"bytes": bounds.disk_bytes, "files": _MOST_FILES},
            "landlock": self._landlock(sockets, scratch),
            "system_calls": self._system_calls(),
        }

    def _limits(self, bounds: Bounds) -> Mapping[str, int]:
        counted = {"NPROC": _MOST_PROCESSES} if self.drops_user or self.user_namespace else {}
        return {
            "CORE": 0,
            "CPU": bounds.cpu_seconds,
            "FSIZE": bounds.disk_bytes,
            "MEMLOCK": 2**20,
            "MSGQUEUE": 0,
            "NOFILE": _MOST_DESCRIPTORS,
            **counted,
        }

    def _landlock(self, sockets: Path, scratch: Path) -> Mapping[str, Any] | None:
        if Layer.LANDLOCK not in self.layers:
            return None
        return landlock_rules(self.landlock_version, self.readable.paths, sockets=str(sockets), scratch=str(scratch))

    def _system_calls(self) -> str:
        if Layer.SECCOMP not in self.layers:
            return ""
        covered = Layer.NAMESPACES in self.layers or FileRight.TRUNCATE in handled_files(self.landlock_version)
        return compile_filter(rules(truncation_is_covered=covered), platform.machine()).hex()
