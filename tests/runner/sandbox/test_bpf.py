"""The compiled program says what the rules say, for every call there can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.runner.sandbox.bpf import MOST_INSTRUCTIONS, compile_filter
from grader.runner.sandbox.syscall_numbers import AUDIT_ARCH, NUMBERS
from grader.runner.sandbox.system_calls import (
    ALLOW,
    FOREIGN,
    PRETEND,
    REFUSE,
    UNNAMED,
    WHOLE,
    Condition,
    Rule,
    fail_with,
)
from tests.runner.sandbox.bpf_interpreter import SystemCall, called, meant, run

MACHINES = ("x86_64", "aarch64")
NAMES = sorted(NUMBERS["x86_64"])
ON_BOTH = [name for name in NAMES if None not in {NUMBERS[machine][name] for machine in MACHINES}]

# Few values, of which either half can be right alone: so conditions hold often enough, and nearly hold.
_words = st.sampled_from([0, 1, 2, 3, 0x200, 1 << 31, 1 << 32, (1 << 32) + 1, 1 << 63, WHOLE]) | st.integers(0, WHOLE)
_actions = st.sampled_from([ALLOW, PRETEND, REFUSE, FOREIGN, fail_with(95)])
_conditions = st.builds(
    Condition,
    argument=st.integers(0, 5),
    values=st.lists(_words, max_size=5).map(tuple),
    mask=st.sampled_from([0xFFFF_FFFF, WHOLE, 0x203]) | _words,
)


@st.composite
def _rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=30))
    together = draw(st.integers(1, 4))
    groups = [tuple(names[start : start + together]) for start in range(0, len(names), together)]
    some = st.lists(_conditions, max_size=3).map(tuple)
    return tuple(Rule(group, draw(_actions), "", draw(some), draw(_actions), draw(some)) for group in groups)


def _arguments(rules: tuple[Rule, ...]) -> st.SearchStrategy[tuple[int, ...]]:
    wanted = [value for rule in rules for condition in (*rule.conditions, *rule.unless) for value in condition.values]
    one = st.sampled_from(wanted) | _words if wanted else _words
    return st.tuples(*[one] * 6)


@given(_rules(), st.sampled_from(MACHINES), st.data())
def test_the_program_means_the_rules(rules: tuple[Rule, ...], machine: str, data: st.DataObject) -> None:
    program = compile_filter(rules, machine)
    named = [number for rule in rules for name in rule.names if (number := NUMBERS[machine][name]) is not None]
    for number in [*named, *(number + 1 for number in named), data.draw(st.integers(0, 0xFFFF_FFFF))]:
        call = SystemCall(AUDIT_ARCH[machine], number, data.draw(_arguments(rules)))
        assert run(program, call) == meant(rules, machine, call)


@given(_rules(), st.sampled_from(MACHINES), st.integers(0, 0xFFFF_FFFF), st.integers(0, 0xFFFF_FFFF))
def test_another_machines_call_ends_the_process(rules: tuple[Rule, ...], machine: str, arch: int, number: int) -> None:
    """Through the i386 table, number 11 is execve; on x86_64 it is munmap."""
    program = compile_filter(rules, machine)
    foreign = {arch, 0x4000_0003, 0x4000_0028, *AUDIT_ARCH.values()} - {AUDIT_ARCH[machine]}
    assert {run(program, SystemCall(one, number)) for one in foreign} == {FOREIGN}
    assert run(program, SystemCall(AUDIT_ARCH[machine], number | 0x4000_0000)) == FOREIGN


@pytest.mark.parametrize("machine", MACHINES)
def test_far_jumps(machine: str) -> None:
    """A jump's distance is a byte: a program of thousands of instructions has farther to go."""
    rules = tuple(
        Rule((name,), ALLOW, "", (Condition(index % 6, tuple(range(index, index + 5)), WHOLE),))
        for index, name in enumerate(ON_BOTH[:90])
    )
    program = compile_filter(rules, machine)
    assert len(program) > 2000 * 8
    for index, name in enumerate(ON_BOTH):
        for value in (index - 1, index, index + 4, index + 5):
            call = called(machine, name, *[value % 2**64] * 6)
            assert run(program, call) == meant(rules, machine, call)


def test_a_list_longer_than_a_jump() -> None:
    rules = (Rule(("ioctl",), ALLOW, "", (Condition(1, tuple(range(300))),)),)
    program = compile_filter(rules, "x86_64")
    assert run(program, called("x86_64", "ioctl", 0, 0)) == ALLOW
    assert run(program, called("x86_64", "ioctl", 0, 300)) == REFUSE


def test_a_call_that_the_machine_does_not_have_is_left_out() -> None:
    rules = (Rule(("open",), ALLOW, ""),)
    assert compile_filter(rules, "aarch64") == compile_filter((), "aarch64")
    assert run(compile_filter(rules, "x86_64"), SystemCall(AUDIT_ARCH["x86_64"], 2)) == ALLOW
    assert run(compile_filter(rules, "aarch64"), SystemCall(AUDIT_ARCH["aarch64"], 2)) == UNNAMED


def test_what_an_author_can_not_have_meant() -> None:
    with pytest.raises(ValueError, match="opne"):
        compile_filter((Rule(("open", "opne"), ALLOW, ""),), "x86_64")
    with pytest.raises(ValueError, match="twice"):
        compile_filter((Rule(("read",), ALLOW, ""), Rule(("read",), REFUSE, "")), "x86_64")
    with pytest.raises(ValueError, match="riscv64"):
        compile_filter((), "riscv64")
    too_long = Rule(("read",), ALLOW, "", (Condition(0, tuple(range(MOST_INSTRUCTIONS))),))
    with pytest.raises(ValueError, match="4096 instructions"):
        compile_filter((too_long,), "x86_64")
