"""What student code may read: the interpreter's libraries, and nothing that lies beside them."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxUnavailable
from grader.runner.sandbox.landlock_rules import DEVICES

# Shared libraries, the loader's list of them, time zones, fonts, and facts about the processor.
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/zoneinfo",
    "/usr/share/locale",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/fonts",
    "/nix/store",
    "/gnu/store",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)

ListFolder = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Readable:
    """Real paths of folders and files, none below another; and links that lead to them."""

    paths: tuple[str, ...]
    links: Mapping[str, str]


def interpreter_paths(private: Sequence[Path]) -> Readable:
    """What this interpreter's kernels may read, with nothing of what is `private`. Raises SandboxUnavailable."""
    links: dict[str, str] = {}
    wanted = [_resolved(path, links) for path in (*_SYSTEM, *DEVICES, *_of_interpreter()) if os.path.lexists(path)]
    hidden = [str(path.resolve()) for path in private]
    split = [part for path in wanted for part in without(path, hidden, os.listdir)]
    # A link beside what is hidden may lead there: it is one, and never taken for what it leads to.
    links.update((part, str(Path(part).readlink())) for part in split if Path(part).is_symlink())
    paths = _outermost(path for path in split if Path(path).exists() and not Path(path).is_symlink())
    _refuse_if_inside(paths, hidden)
    return Readable(paths, links)


def _of_interpreter() -> Iterator[str]:
    """Library folders alone: an environment's own folder may be the course's."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    for base in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        paths = sysconfig.get_paths(vars={"base": base, "platbase": base, "installed_base": base})
        yield from (paths[name] for name in names)
        yield from (f"{base}/lib/{name}" for name in _shared_libraries(f"{base}/lib"))
        yield from (f"{base}/{name}" for name in ("share/fonts", "etc/fonts", "ssl"))
    yield from (path for path in sys.path if "-packages" in Path(path).name or path.endswith(".zip"))


def _shared_libraries(folder: str) -> Iterator[str]:
    try:
        yield from (path.name for path in Path(folder).iterdir() if ".so" in path.name)
    except OSError:
        return


def _resolved(path: str, links: dict[str, str]) -> str:
    """The real path; links on the way are noted, so that they can be made anew."""
    walked = "/"
    for name in Path(path).parts[1:]:
        walked = os.path.join(walked, name)  # noqa: PTH118 - pathlib would be slower, and this is plain text
        if Path(walked).is_symlink():
            links[walked] = os.readlink(walked)  # noqa: PTH115 - as it stands there
            target = os.path.normpath(os.path.join(os.path.dirname(walked), links[walked]))  # noqa: PTH118, PTH120
            _resolved(target, links)
            walked = target
    return os.path.realpath(path)


def without(path: str, hidden: Sequence[str], list_folder: ListFolder) -> Iterator[str]:
    """`path`; or where something hidden lies below it, all that lies beside that."""
    if path in hidden:
        return
    below = [one for one in hidden if one.startswith(path.rstrip("/") + "/")]
    if not below:
        yield path
        return
    for name in sorted(list_folder(path)):
        yield from without(f"{path.rstrip('/')}/{name}", below, list_folder)


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda path: path.split("/")):
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return tuple(kept)


def _refuse_if_inside(paths: Sequence[str], hidden: Sequence[str]) -> None:
    """Python's own libraries inside a folder that must not be read: nobody could be sealed from it."""
    for path in paths:
        for folder in hidden:
            if path.startswith(folder.rstrip("/") + "/"):
                message = (
                    f"{path} is needed by Python, but lies in {folder}, which students' code must not read. "
                    "Install the environment elsewhere."
                )
                raise SandboxUnavailable(message)
