"""`python -m tests.attacks.victim`: stands for the grader and whatever else runs on its machine.

It holds a secret in its memory, its environment and its command line, writes down which signals reach it, and ends
when its standard input closes, so that it never outlives the run.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

SCRAP = b"as before"


def main() -> None:
    log = Path(sys.argv[1])
    secret = ctypes.create_string_buffer(os.environ["VICTIM_MEMORY"].encode())
    scrap = ctypes.create_string_buffer(SCRAP, 64)

    def write_down(number: int, _frame: object) -> None:
        with log.open("a", encoding="ascii") as file:
            file.write(f"{number}\n")

    for number in (signal.SIGUSR1, signal.SIGUSR2, *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)):
        signal.signal(number, write_down)
    os.chdir(sys.argv[2])
    addresses = {"secret": ctypes.addressof(secret), "scrap": ctypes.addressof(scrap)}
    print(json.dumps(addresses), flush=True)  # noqa: T201 - how the world hears of them
    sys.stdin.read()


if __name__ == "__main__":
    main()
