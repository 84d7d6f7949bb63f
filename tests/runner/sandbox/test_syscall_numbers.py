"""A wrong number would allow one call by the name of another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.runner.sandbox.syscall_numbers import AUDIT_ARCH, NUMBERS

X86_64_HEADERS = ("x86_64-linux-gnu/asm/unistd_64.h", "asm/unistd_64.h")
# aarch64's own table, of which Linux keeps a copy on every machine.
GENERIC_HEADERS = ("asm-generic/unistd.h",)


@pytest.mark.parametrize("machine", NUMBERS)
def test_no_number_is_there_twice(machine: str) -> None:
    numbers = [number for number in NUMBERS[machine].values() if number is not None]
    assert len(set(numbers)) == len(numbers)


def test_every_call_is_somewhere() -> None:
    assert set(NUMBERS) == set(AUDIT_ARCH)
    names = {machine: set(table) for machine, table in NUMBERS.items()}
    assert names["x86_64"] == names["aarch64"]
    assert all(any(table[name] is not None for table in NUMBERS.values()) for name in names["x86_64"])


def test_new_calls_have_one_number() -> None:
    new = [{name: number for name, number in table.items() if (number or 0) >= 424} for table in NUMBERS.values()]
    assert new[0] == new[1]


@pytest.mark.parametrize(("machine", "headers"), [("x86_64", X86_64_HEADERS), ("aarch64", GENERIC_HEADERS)])
def test_linuxs_own_headers_agree(machine: str, headers: tuple[str, ...]) -> None:
    found = [path for header in headers if (path := Path("/usr/include", header)).exists()]
    if not found:
        pytest.skip(f"Linux's headers for {machine} are not installed (Debian: linux-libc-dev)")
    theirs = _numbers_in(found[0].read_text())
    ours = NUMBERS[machine]
    assert len(theirs) > 250
    assert {name: ours[name] for name in ours if name in theirs} == {
        name: theirs[name] for name in ours if name in theirs
    }
    # A header older than a call doesn't have it, but no header leaves out an old one.
    assert {name for name, number in ours.items() if number is not None and number < 424} <= set(theirs)


def _numbers_in(header: str) -> dict[str, int]:
    """The generic table calls what differs in width __NR3264_…, and names that for 64 bits first, for 32 bits after."""
    direct = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)", header)}
    wide = {name: int(number) for name, number in re.findall(r"#define __NR3264_(\w+)\s+(\d+)", header)}
    aliases = re.findall(r"#define __NR_(\w+) __NR3264_(\w+)", header)
    return direct | {name: wide[alias] for name, alias in aliases if alias in wide}
