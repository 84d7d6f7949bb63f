"""Rules ─▶ the program that Linux runs before each system call: classic BPF, over struct seccomp_data.

The numbers of calls are searched as a tree, so a call costs some ten instructions. Where no argument is looked at,
Linux (5.11 and later) works out ahead of time that a call is allowed, and runs nothing.
"""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Mapping
from typing import TypeAlias

from grader.runner.sandbox.syscall_numbers import AUDIT_ARCH, NUMBERS
from grader.runner.sandbox.system_calls import FOREIGN, UNNAMED, Action, Condition, Rule

# struct sock_filter: code, steps if true, steps if false, operand.
_Instruction: TypeAlias = tuple[int, int, int, int]
_Code: TypeAlias = tuple[_Instruction, ...]

# linux/bpf_common.h
_LOAD, _AND = 0x20, 0x54
_JUMP, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT = 0x05, 0x15, 0x35, 0x45
_RETURN = 0x06

# struct seccomp_data; both machines are little-endian, so an argument's low word comes first.
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16

# BPF_MAXINSNS
MOST_INSTRUCTIONS = 4096
_FARTHEST = 255

_LOW = 0xFFFF_FFFF
# x86_64's second table; aarch64 has no numbers so high, and it costs nothing to say the same there.
_X32 = 0x4000_0000


@functools.cache
def compile_filter(rules: tuple[Rule, ...], machine: str) -> bytes:
    """An array of struct sock_filter. A call that the machine doesn't have is left out.

    Raises ValueError if a rule can't be meant: a call that is unknown or named twice, or an unknown machine.
    """
    if machine not in NUMBERS:
        message = f"no system calls are known for the machine {machine!r}"
        raise ValueError(message)
    code = (
        (_LOAD, 0, 0, _ARCH_AT),
        (_JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        *_return(FOREIGN),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_ANY_BIT, 0, 1, _X32),
        *_return(FOREIGN),
        *_search(_ranges(_by_number(rules, NUMBERS[machine]))),
    )
    if len(code) > MOST_INSTRUCTIONS:
        message = f"a filter has at most {MOST_INSTRUCTIONS} instructions, and this one {len(code)}"
        raise ValueError(message)
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _by_number(rules: tuple[Rule, ...], numbers: Mapping[str, int | None]) -> dict[int, _Code]:
    named = [(name, rule) for rule in rules for name in rule.names]
    by_name = dict(named)
    if len(by_name) < len(named):
        message = "a system call is named twice"
        raise ValueError(message)
    if unknown := by_name.keys() - numbers.keys():
        message = f"system calls that are in no table: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    return {number: _judge(rule) for name, rule in named if (number := numbers[name]) is not None}


def _ranges(by_number: Mapping[int, _Code]) -> list[tuple[int, _Code]]:
    """Where each stretch of numbers that are treated alike begins; the last one never ends."""
    unnamed = _return(UNNAMED)
    edges = sorted({0, *by_number, *(number + 1 for number in by_number)})
    codes = [(edge, by_number.get(edge, unnamed)) for edge in edges]
    return [next(alike) for _, alike in itertools.groupby(codes, key=lambda start_and_code: start_and_code[1])]


def _search(ranges: list[tuple[int, _Code]]) -> _Code:
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    start, below, above = ranges[middle][0], _search(ranges[:middle]), _search(ranges[middle:])
    if len(below) <= _FARTHEST:
        return ((_JUMP_AT_LEAST, len(below), 0, start), *below, *above)
    return ((_JUMP_AT_LEAST, 0, 1, start), *_skip(below), *below, *above)


def _judge(rule: Rule) -> _Code:
    otherwise = _return(rule.otherwise)
    checks = itertools.chain.from_iterable(_check(condition, otherwise) for condition in rule.conditions)
    return (*checks, *_exceptions(rule, otherwise), *_return(rule.action))


def _exceptions(rule: Rule, otherwise: _Code) -> _Code:
    """`otherwise` where all of `unless` hold; else past its end."""
    code = otherwise if rule.unless else ()
    for condition in reversed(rule.unless):
        code = (*_check(condition, _skip(code)), *code)
    return code


def _check(condition: Condition, failed: _Code) -> _Code:
    """Past its own end where the condition holds, and else `failed`, at its end."""
    code = failed
    for value in reversed(condition.values):
        code = (*_compare(condition, value, _skip(code)), *code)
    return code


def _compare(condition: Condition, value: int, then: _Code) -> _Code:
    """`then` where the argument, which is two words, has the value; else past its end."""
    low_at = _ARGUMENTS_AT + 8 * condition.argument
    for at, shift in ((low_at, 0), (low_at + 4, 32)):
        wanted, mask = value >> shift & _LOW, condition.mask >> shift & _LOW
        if wanted or mask:
            then = ((_LOAD, 0, 0, at), (_AND, 0, 0, mask), (_JUMP_EQUAL, 0, len(then), wanted), *then)
    return then


def _skip(code: _Code) -> _Code:
    return ((_JUMP, 0, 0, len(code)),)


def _return(action: Action) -> _Code:
    return ((_RETURN, 0, 0, action.value),)
