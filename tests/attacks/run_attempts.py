"""`python -m tests.attacks.run_attempts --sandbox off|auto|required`: each attempt once, and in JSON what came of it.

    --user UID              as this user (only root can)
    --without-namespaces    as in Docker or on Ubuntu 24.04
    --only NAME …           these attempts alone

Two slots at a time. An honest notebook runs beside each few attempts, and has to come out as it did before them all.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from tests.attacks.confine import adopt_orphans, become, forbid_namespaces
from tests.attacks.world import ENVIRONMENT_SECRET, fresh_secret

ROOT = Path(__file__).parents[2]
_INSIDE = "GRADER_ATTACKS_INSIDE"


def main(arguments: Sequence[str]) -> None:
    wanted = _parser().parse_args(arguments)
    if _INSIDE not in os.environ:
        _start_anew(wanted, arguments)
    # Imported here, since they come from where only the second start can be sure to read.
    from tests.attacks.attempts import ATTEMPTS  # noqa: PLC0415
    from tests.attacks.rounds import run_all  # noqa: PLC0415

    adopt_orphans()
    names = wanted.only or list(ATTEMPTS)
    try:
        result: dict[str, Any] = run_all([ATTEMPTS[name] for name in names], wanted.sandbox)
    finally:
        shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    print(json.dumps(result), flush=True)  # noqa: T201 - what this program is for
    # A thread that hangs must not keep this process.
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sandbox", choices=("off", "auto", "required"), required=True)
    parser.add_argument("--user", type=int)
    parser.add_argument("--without-namespaces", action="store_true")
    parser.add_argument("--only", nargs="*")
    return parser


def _start_anew(wanted: argparse.Namespace, arguments: Sequence[str]) -> None:
    """In the circumstances that are asked for, with a secret in the environment where /proc shows it."""
    os.chdir(ROOT)
    home = _make_home(wanted.user)
    if wanted.user is not None:
        become(wanted.user, ROOT)
    if wanted.without_namespaces:
        forbid_namespaces()
    own = {
        _INSIDE: "1",
        ENVIRONMENT_SECRET: fresh_secret(),
        "HOME": str(home),
        "MPLCONFIGDIR": str(home / ".matplotlib"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(  # noqa: S606 - ourselves
        sys.executable, [sys.executable, "-m", "tests.attacks.run_attempts", *arguments], {**os.environ, **own}
    )


def _make_home(user: int | None) -> Path:
    """A home for the run, with matplotlib's list of fonts in it: building that anew takes seconds."""
    home = Path(tempfile.mkdtemp(prefix="w-home-"))
    fonts = home / ".matplotlib"
    fonts.mkdir()
    for known in Path(mpl.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(known, fonts)
    if user is not None:
        for path in (home, *home.rglob("*")):
            os.chown(path, user, user)
    return home


if __name__ == "__main__":
    main(sys.argv[1:])
