"""What Linux does with a filter and a call, and what the rules say about the same call: two ways to one answer."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from grader.runner.sandbox.syscall_numbers import AUDIT_ARCH, NUMBERS
from grader.runner.sandbox.system_calls import FOREIGN, UNNAMED, Action, Condition, Rule

X32 = 0x4000_0000


@dataclass(frozen=True)
class SystemCall:
    arch: int
    number: int
    arguments: tuple[int, ...] = (0,) * 6

    def data(self) -> bytes:
        """Struct seccomp_data, of a little-endian machine."""
        return struct.pack("<IIQ6Q", self.number, self.arch, 0xDEAD_BEEF_DEAD_BEEF, *self.arguments)


def called(machine: str, name: str, *arguments: int) -> SystemCall:
    number = NUMBERS[machine][name]
    assert number is not None
    return SystemCall(AUDIT_ARCH[machine], number, (*arguments, *[0] * (6 - len(arguments))))


def run(program: bytes, call: SystemCall) -> Action:
    """As net/core/filter.c does it. Whatever Linux would not load as a filter is an AssertionError."""
    instructions = list(struct.iter_unpack("<HBBI", program))
    assert 0 < len(instructions) <= 4096
    data, accumulator, at = call.data(), 0, 0
    while True:
        code, if_true, if_false, operand = instructions[at]
        at += 1
        match code:
            case 0x06:
                return Action(operand)
            case 0x20:
                assert operand % 4 == 0
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                accumulator &= operand
            case 0x05:
                at += operand
            case _:
                at += if_true if _holds(code, accumulator, operand) else if_false


def _holds(code: int, accumulator: int, operand: int) -> bool:
    match code:
        case 0x15:
            return accumulator == operand
        case 0x35:
            return accumulator >= operand
        case 0x45:
            return bool(accumulator & operand)
    message = f"no instruction of these filters: {code:#x}"
    raise AssertionError(message)


def meant(rules: tuple[Rule, ...], machine: str, call: SystemCall) -> Action:
    """What the rules say, word for word."""
    if call.arch != AUDIT_ARCH[machine] or call.number & X32:
        return FOREIGN
    for rule in rules:
        if call.number in {NUMBERS[machine][name] for name in rule.names}:
            excepted = rule.unless and _all_hold(rule.unless, call)
            return rule.action if _all_hold(rule.conditions, call) and not excepted else rule.otherwise
    return UNNAMED


def _all_hold(conditions: tuple[Condition, ...], call: SystemCall) -> bool:
    return all(call.arguments[one.argument] & one.mask in one.values for one in conditions)
