"""One contender in a process of its own: `python -m tests.benchmarks.worker NAME`.

Reads orders from stdin and answers each, a line of JSON each way. It measures itself: what it and all below it took.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks import measure
from tests.benchmarks.contender import Contender, Skipped

# Imported only where asked for: no contender's modules are in another's memory, and peers lack most of them.
CONTENDERS = {
    "grader": "graders:Whole",
    "grader, no figures": "graders:WithoutFigures",
    "grader, cells only": "graders:CellsOnly",
    "nbclient": "stock:Nbclient",
    "floor": "floor:Floor",
    "floor with calls": "floor_with_calls:FloorWithCalls",
    "nbgrader": "nbgrader_peer:Nbgrader",
    "otter": "otter_peer:Otter",
    "batches": "graders:Batches",
}


def main() -> None:
    # What contenders and kernels print must not come between the answers.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _serve(sys.argv[1], lambda answer: print(json.dumps(answer), file=answers, flush=True))


def _serve(name: str, answer: Callable[[Mapping[str, Any]], None]) -> None:
    started = time.monotonic()
    try:
        module, _, kind = CONTENDERS[name].partition(":")
        contender = getattr(import_module(f"tests.benchmarks.{module}"), kind)()
    except Skipped as reason:
        answer({"skipped": str(reason)})
        return
    staying = frozenset(measure.below(os.getpid()))
    answer({"cpu": measure.cpu_seconds(), "wall": time.monotonic() - started})
    orders = {"run": _run, "batch": _batch, "many": _many}
    try:
        for line in sys.stdin:
            order = json.loads(line)
            answer(orders[order["do"]](contender, order, staying))
    finally:
        contender.close()


def _run(contender: Contender, order: Mapping[str, Any], staying: frozenset[int]) -> dict[str, float]:
    """One submission. Its CPU is known once its processes have ended; nobody waits for that in the wall time."""
    cpu, clock = measure.cpu_seconds(), time.monotonic()
    contender.run(Path(order["notebook"]))
    wall = time.monotonic() - clock
    measure.wait_for_end_of_others(staying)
    return {"cpu": measure.cpu_seconds() - cpu, "wall": wall}


def _batch(contender: Any, order: Mapping[str, Any], _staying: frozenset[int]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as results:
        return {"wall": contender.seconds([Path(one) for one in order["notebooks"]], Path(results), order["jobs"])}


def _many(contender: Contender, order: Mapping[str, Any], _staying: frozenset[int]) -> dict[str, float]:
    """One submission after the other; then what memory and descriptors this process holds, without those below."""
    for notebook in order["notebooks"]:
        contender.run(Path(notebook))
    return {"resident": measure.resident_bytes(), "descriptors": measure.open_descriptors()}


if __name__ == "__main__":
    main()
