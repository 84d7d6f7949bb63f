"""`python -m tests.benchmarks [-n 30] [--slots 2] [--peers] [--flat 1000] [--json FILE]`: prints what was measured."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from tests.benchmarks.rounds import flatness, take_turns, throughput, workers
from tests.benchmarks.tables import Outcome, as_json, machine, show

_OURS = ("grader", "grader, no figures", "grader, cells only", "nbclient", "floor", "floor with calls")
_PEERS = ("nbgrader", "otter")
_FIRST_OF_FLAT = 50
_WIDTH = 110


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options().parse_args(arguments)
    console = Console(width=_WIDTH)
    console.print(machine(), highlight=False)
    outcome = _measured(options)
    show(outcome, console)
    console.print(machine(), highlight=False)
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(outcome), indent=1), encoding="utf-8")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Compares what a submission takes.")
    parser.add_argument("-n", type=int, default=30, help="submissions of each contender, after the first")
    parser.add_argument("--slots", type=int, default=2, help="submissions at a time, compared with one at a time")
    parser.add_argument("--peers", action="store_true", help="nbgrader and otter as well, where they are installed")
    parser.add_argument("--peer-python", default=sys.executable, help="the interpreter that has them, if another one")
    parser.add_argument("--flat", type=int, default=0, help="so many submissions by one grader: does its memory grow?")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    return parser


def _measured(options: argparse.Namespace) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = Path(temporary)
        with workers(_names(options), folder) as (able, skipped):
            taken = take_turns(able, options.n)
        batches = throughput(folder, options.n, options.slots)
        outcome = Outcome(options.n, taken, skipped, batches)
        if options.flat:
            first = min(_FIRST_OF_FLAT, options.flat)
            held = flatness(folder, options.flat, first)
            outcome.flat = dict(zip((first, options.flat), held, strict=True))
        return outcome


def _names(options: argparse.Namespace) -> Mapping[str, str]:
    """Each contender ─▶ its interpreter."""
    peers = _PEERS if options.peers else ()
    return {**dict.fromkeys(_OURS, sys.executable), **dict.fromkeys(peers, options.peer_python)}


if __name__ == "__main__":
    main()
