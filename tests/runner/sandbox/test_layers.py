"""The seal as data, for each combination of layers: what a kernel is told follows from them and from nothing else."""

from __future__ import annotations

import json
import platform
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.runner.sandbox.bpf import compile_filter
from grader.runner.sandbox.layers import FIRST_USER, Bounds, Layer, Sandbox
from grader.runner.sandbox.readable import Readable
from grader.runner.sandbox.syscall_numbers import NUMBERS
from grader.runner.sandbox.system_calls import rules

READABLE = Readable(("/lib", "/usr/lib/python3"), {"/lib64": "lib"})
SOCKETS, SCRATCH = Path("/z/k0/s"), Path("/z/k0/home")
BOUNDS = Bounds(memory_bytes=1000, output_bytes=2000, disk_bytes=3000, cpu_seconds=4)

_sandboxes = st.builds(
    Sandbox,
    st.lists(st.sampled_from(Layer), unique=True).map(tuple),
    st.just(READABLE),
    st.integers(1, 7),
    st.booleans(),
    st.booleans(),
)
needs_filter = pytest.mark.skipif(platform.machine() not in NUMBERS, reason="this machine's calls are not known")


@needs_filter
@settings(deadline=None)
@given(_sandboxes)
def test_each_part_of_the_seal_is_there_exactly_if_its_layer_is(sandbox: Sandbox) -> None:
    seal, layers = sandbox.seal(BOUNDS, SOCKETS, SCRATCH, 5), sandbox.layers
    assert bool(seal) is bool(layers) is bool(sandbox)
    if not layers:
        return
    assert seal["drop_privileges"] is (Layer.PRIVILEGES in layers)
    assert bool(seal["landlock"]) is (Layer.LANDLOCK in layers)
    assert bool(seal["system_calls"]) is (Layer.SECCOMP in layers)
    assert bool(sandbox.nest()) is (Layer.NAMESPACES in layers)
    assert seal["user"] == (FIRST_USER + 5 if sandbox.drops_user else None)


@needs_filter
@settings(deadline=None)
@given(_sandboxes)
def test_what_zygote_and_kernel_are_told_can_be_sent(sandbox: Sandbox) -> None:
    for told in (sandbox.seal(BOUNDS, SOCKETS, SCRATCH, 0), sandbox.nest()):
        assert json.loads(json.dumps(told)) == told


def test_bounds_are_where_they_hold() -> None:
    seal = Sandbox((Layer.LIMITS,)).seal(BOUNDS, SOCKETS, SCRATCH, 0)
    assert seal["memory_bytes"] == 1000
    assert seal["disk"]["bytes"] == seal["limits"]["FSIZE"] == 3000
    assert (seal["limits"]["CPU"], seal["limits"]["CORE"], seal["limits"]["MSGQUEUE"]) == (4, 0, 0)


def test_kernels_that_run_together_are_different_users() -> None:
    sandbox = Sandbox((Layer.PRIVILEGES,), drops_user=True)
    users = [sandbox.seal(BOUNDS, SOCKETS, SCRATCH, slot)["user"] for slot in range(64)]
    assert len(set(users)) == 64
    assert all(60_000 < user < 61_184 for user in users), "nobody's, and not systemd's"


@pytest.mark.parametrize(
    ("more", "counted"), [({}, False), ({"drops_user": True}, True), ({"user_namespace": True}, True)]
)
def test_processes_are_counted_only_where_no_others_of_the_user_are(more: dict[str, bool], counted: bool) -> None:  # noqa: FBT001 - a parameter
    limits = Sandbox((Layer.LIMITS,), **more).seal(BOUNDS, SOCKETS, SCRATCH, 0)["limits"]  # type: ignore[arg-type]
    assert ("NPROC" in limits) is counted


@needs_filter
@pytest.mark.parametrize(
    ("layers", "version", "covered"),
    [
        ((Layer.SECCOMP, Layer.LANDLOCK), 2, False),
        ((Layer.SECCOMP, Layer.LANDLOCK), 3, True),
        ((Layer.SECCOMP, Layer.NAMESPACES), 0, True),
        ((Layer.SECCOMP,), 0, False),
    ],
)
def test_truncation_is_left_to_the_filter_where_nothing_else_covers_it(
    layers: tuple[Layer, ...],
    version: int,
    covered: bool,  # noqa: FBT001 - a parameter
) -> None:
    seal = Sandbox(layers, READABLE, version).seal(BOUNDS, SOCKETS, SCRATCH, 0)
    assert seal["system_calls"] == compile_filter(rules(truncation_is_covered=covered), platform.machine()).hex()


def test_the_zygote_is_told_what_is_visible_and_by_which_way() -> None:
    nest = Sandbox((Layer.NAMESPACES,), READABLE, user_namespace=True).nest()
    assert nest == {"user_namespace": True, "visible": ["/lib", "/usr/lib/python3"], "links": {"/lib64": "lib"}}


@pytest.mark.parametrize("layers", [some for size in range(6) for some in combinations(Layer, size)])
def test_enough_is_the_filter_and_one_that_hides_files(layers: tuple[Layer, ...]) -> None:
    enough = Layer.SECCOMP in layers and (Layer.LANDLOCK in layers or Layer.NAMESPACES in layers)
    sandbox = Sandbox(layers)
    assert sandbox.is_enough() is enough
    assert {*sandbox.missing(), *layers} == set(Layer)
    assert not set(sandbox.missing()) & set(layers)
