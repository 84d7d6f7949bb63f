"""The policy: what the compiled filter says to the calls that an attack, or honest computing, would make."""

from __future__ import annotations

import errno
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.runner.sandbox.bpf import compile_filter
from grader.runner.sandbox.syscall_numbers import AUDIT_ARCH, NUMBERS
from grader.runner.sandbox.system_calls import ALLOW, FOREIGN, PRETEND, REFUSE, UNNAMED, Action, Rule, fail_with, rules
from tests.runner.sandbox.bpf_interpreter import SystemCall, called, meant, run

MACHINES = ("x86_64", "aarch64")
COVERED, NOT_COVERED = rules(truncation_is_covered=True), rules(truncation_is_covered=False)
POLICIES = (COVERED, NOT_COVERED)
BOTH = tuple(product(POLICIES, MACHINES))

# What glibc's pthread_create asks for, and musl's; and glibc's fork.
PTHREAD, MUSL_THREAD, FORK = 0x3D0F00, 0x7D0F00, 0x1200011
O_TRUNC, O_CREAT = 0o1000, 0o100
SOMEWHERE = 0x7FFF_0000_1000

BY_NAME = """socket connect bind listen sendmsg sendmmsg fork vfork execve execveat kill tkill tgkill pidfd_open ptrace
    process_vm_readv process_vm_writev memfd_create io_uring_setup bpf unshare setns mount chroot seccomp setsid shmget
    open_by_handle_at mknodat userfaultfd landlock_restrict_self"""


def answers(name: str, *arguments: int, truncation_is_covered: bool = True) -> set[Action]:
    """On all machines that have the call."""
    policy = rules(truncation_is_covered=truncation_is_covered)
    having = [machine for machine in MACHINES if NUMBERS[machine][name] is not None]
    assert having
    return {run(compile_filter(policy, machine), called(machine, name, *arguments)) for machine in having}


@pytest.mark.parametrize("policy", POLICIES)
def test_no_call_is_named_twice_and_all_are_known(policy: tuple[Rule, ...]) -> None:
    names = [name for rule in policy for name in rule.names]
    assert len(set(names)) == len(names)
    assert set(names) == set(NUMBERS["x86_64"])


@pytest.mark.parametrize("policy", POLICIES)
def test_every_rule_has_its_reason_and_its_conditions_can_hold(policy: tuple[Rule, ...]) -> None:
    assert all(rule.why and rule.names for rule in policy)
    conditions = [condition for rule in policy for condition in (*rule.conditions, *rule.unless)]
    assert all(value & one.mask == value for one in conditions for value in one.values)
    assert all(0 <= one.argument < 6 and one.values for one in conditions)


@pytest.mark.parametrize(("policy", "machine"), BOTH)
def test_the_filter_is_small(policy: tuple[Rule, ...], machine: str) -> None:
    """It is sent to each kernel, and Linux takes no more than 4096 instructions."""
    assert len(compile_filter(policy, machine)) < 600 * 8


@given(st.sampled_from(POLICIES), st.sampled_from(MACHINES), st.integers(0, 2**30 - 1))
def test_what_no_rule_names_is_not_there(policy: tuple[Rule, ...], machine: str, number: int) -> None:
    program, named = compile_filter(policy, machine), set(NUMBERS[machine].values())
    unnamed = {number, *range(700)} - named
    assert {run(program, SystemCall(AUDIT_ARCH[machine], one)) for one in unnamed} == {UNNAMED}


@pytest.mark.parametrize(("policy", "machine"), BOTH)
def test_another_machines_call_ends_the_process(policy: tuple[Rule, ...], machine: str) -> None:
    program, arch = compile_filter(policy, machine), AUDIT_ARCH[machine]
    for number in range(700):
        assert run(program, SystemCall(arch, number | 0x4000_0000)) == FOREIGN
        assert {run(program, SystemCall(other, number)) for other in (0x4000_0003, 0x4000_0028, 0)} == {FOREIGN}


@given(
    st.sampled_from(POLICIES),
    st.sampled_from(MACHINES),
    st.tuples(*[st.sampled_from([0, 1, 3, 15, 0x201, 0x5421, PTHREAD, 1 << 32]) | st.integers(0, 2**64 - 1)] * 6),
)
def test_the_filter_means_the_policy(policy: tuple[Rule, ...], machine: str, arguments: tuple[int, ...]) -> None:
    program = compile_filter(policy, machine)
    for number in (number for number in NUMBERS[machine].values() if number is not None):
        call = SystemCall(AUDIT_ARCH[machine], number, arguments)
        assert run(program, call) == meant(policy, machine, call)


@pytest.mark.parametrize(
    "name", ["read", "mmap", "futex", "openat", "newfstatat", "getrandom", "exit_group", "accept4"]
)
def test_computing_goes_on(name: str) -> None:
    assert answers(name) == {ALLOW}


@pytest.mark.parametrize("name", BY_NAME.split())
def test_refused_by_name(name: str) -> None:
    assert answers(name) == {REFUSE}


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("clone", (PTHREAD,), ALLOW),
        ("clone", (MUSL_THREAD,), ALLOW),
        ("clone", (FORK,), REFUSE),
        ("clone", (0x4111,), REFUSE),  # posix_spawn: CLONE_VM, CLONE_VFORK, SIGCHLD
        ("clone", (PTHREAD & ~0x100,), REFUSE),
        *[("clone", (PTHREAD | 1 << new,), REFUSE) for new in (7, 17, 25, 26, 27, 28, 29, 30)],  # CLONE_NEW…
        ("clone", (PTHREAD | 1 << 12,), REFUSE),  # CLONE_PIDFD
        ("clone3", (SOMEWHERE, 88), UNNAMED),
        ("sendto", (3, SOMEWHERE, 8, 0, 0, 0), ALLOW),
        ("sendto", (3, SOMEWHERE, 8, 0, SOMEWHERE, 16), REFUSE),
        ("sendto", (3, SOMEWHERE, 8, 0, 1 << 32, 16), REFUSE),
        ("socketpair", (1, 1, 0), ALLOW),
        ("socketpair", (30, 1, 0), REFUSE),  # AF_TIPC
        ("prlimit64", (0, 7, SOMEWHERE), ALLOW),
        ("prlimit64", (1, 7, SOMEWHERE), REFUSE),
        ("get_robust_list", (1, SOMEWHERE), REFUSE),
        ("prctl", (15, SOMEWHERE), ALLOW),  # PR_SET_NAME
        ("prctl", (1, 0), REFUSE),  # PR_SET_PDEATHSIG: it would outlive the grader
        ("prctl", (4, 1), REFUSE),  # PR_SET_DUMPABLE
        ("prctl", (22, 0), REFUSE),  # PR_SET_SECCOMP
        ("ioctl", (0, 0x5401), ALLOW),  # TCGETS
        ("ioctl", (0, 0x5412), fail_with(errno.ENOTTY)),  # TIOCSTI types into the terminal
        ("ioctl", (0, 0x541C), fail_with(errno.ENOTTY)),  # TIOCLINUX pastes into it
        # CVE-2019-10063: Linux reads the lower word alone, so a list of what is forbidden must not read both.
        ("ioctl", (0, 0x5412 | 1 << 32), fail_with(errno.ENOTTY)),
        ("fcntl", (3, 1030, 0), ALLOW),  # F_DUPFD_CLOEXEC
        ("fcntl", (0, 4, 0x800), ALLOW),  # F_SETFL, O_NONBLOCK
        ("fcntl", (0, 4, 0x2800), REFUSE),  # F_SETFL, O_ASYNC and O_NONBLOCK
        ("fcntl", (0, 3, 0x2000), ALLOW),  # F_GETFL, with anything in the argument that it doesn't have
        ("fcntl", (3, 8, 1), REFUSE),  # F_SETOWN
        ("fcntl", (3, 10, 9), REFUSE),  # F_SETSIG
        ("fcntl", (3, 15, SOMEWHERE), REFUSE),  # F_SETOWN_EX
        ("fcntl", (3, 1024, 1), REFUSE),  # F_SETLEASE
        ("fcntl", (3, 1031, 1 << 20), REFUSE),  # F_SETPIPE_SZ
        ("fchmodat", (), PRETEND),
        ("utimensat", (), PRETEND),
        ("sched_setaffinity", (), PRETEND),
        ("fsetxattr", (), fail_with(errno.ENOTSUP)),
    ],
)
def test_by_argument(name: str, arguments: tuple[int, ...], answer: Action) -> None:
    assert answers(name, *arguments) == {answer}


@pytest.mark.parametrize("flags", [0, 1, 2, O_CREAT | O_TRUNC | 1, O_CREAT | O_TRUNC | 2, 0o2000000])
def test_a_file_can_be_opened(flags: int) -> None:
    for covered in (True, False):
        assert answers("openat", 0, SOMEWHERE, flags, truncation_is_covered=covered) == {ALLOW}
        assert answers("open", SOMEWHERE, flags, truncation_is_covered=covered) == {ALLOW}


@pytest.mark.parametrize("flags", [O_TRUNC, O_TRUNC | 3, O_TRUNC | O_CREAT, O_TRUNC | 0o2000000])
def test_a_file_opened_to_read_is_not_emptied(flags: int) -> None:
    """Landlock before ABI 3 asks for the right to write only where writing is asked for."""
    assert answers("openat", 0, SOMEWHERE, flags, truncation_is_covered=False) == {REFUSE}
    assert answers("open", SOMEWHERE, flags, truncation_is_covered=False) == {REFUSE}
    assert answers("openat", 0, SOMEWHERE, flags) == {ALLOW}


def test_what_a_filter_can_not_look_at_is_not_there() -> None:
    assert answers("openat2", truncation_is_covered=False) == {UNNAMED}
    assert answers("truncate", truncation_is_covered=False) == {REFUSE}
    assert answers("openat2") == answers("truncate") == {ALLOW}
