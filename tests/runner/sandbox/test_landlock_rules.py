"""Landlock's rules, version by version: all that the version knows is refused, but for what is said here."""

from __future__ import annotations

import pytest

from grader.runner.sandbox.landlock_rules import FileRight, handled_files, landlock_rules

VERSIONS = range(1, 8)


def rules(version: int = 7) -> dict[str, FileRight]:
    made = landlock_rules(version, ["/lib", "/dev/null"], sockets="/s", scratch="/home")
    return {path: FileRight(rights) for path, rights in made["rules"]}


@pytest.mark.parametrize(
    ("version", "bits", "network", "scoped", "size"),
    [(1, 13, 0, 0, 8), (2, 14, 0, 0, 8), (3, 15, 0, 0, 8), (4, 15, 3, 0, 16), (5, 16, 3, 0, 16), (6, 16, 3, 3, 24)],
)
def test_each_version_handles_all_that_it_knows_and_nothing_else(
    version: int, bits: int, network: int, scoped: int, size: int
) -> None:
    """A right that a version doesn't know is EINVAL, as is a structure that is longer than its own."""
    made = landlock_rules(version, [], sockets="/s", scratch="/home")
    assert made["handled_files"] == 2**bits - 1
    assert (made["handled_net"], made["scoped"], made["size"]) == (network, scoped, size)


def test_later_versions_are_used_as_the_last_known() -> None:
    seven, six = (landlock_rules(version, ["/lib"], sockets="/s", scratch="/home") for version in (7, 6))
    assert seven == six


@pytest.mark.parametrize("version", VERSIONS)
def test_no_rule_grants_what_is_not_handled(version: int) -> None:
    for rights in rules(version).values():
        assert rights
        assert not rights & ~handled_files(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_can_be_executed_and_no_device_be_made(version: int) -> None:
    never = FileRight.EXECUTE | FileRight.MAKE_BLOCK | FileRight.MAKE_CHAR | FileRight.IOCTL_DEV | FileRight.MAKE_FIFO
    assert not any(rights & never for rights in rules(version).values())


def test_libraries_are_read_devices_also_written_and_nothing_else_is() -> None:
    read = FileRight.READ_FILE | FileRight.READ_DIR
    assert rules()["/lib"] == read
    assert rules()["/dev/null"] == FileRight.READ_FILE | FileRight.WRITE_FILE
    assert rules()["/home"] & (FileRight.WRITE_FILE | FileRight.MAKE_REG | FileRight.TRUNCATE)


def test_sockets_can_be_made_in_their_folder_alone() -> None:
    assert [path for path, rights in rules().items() if rights & FileRight.MAKE_SOCK] == ["/s"]
    assert not rules()["/s"] & (FileRight.READ_DIR | FileRight.MAKE_REG | FileRight.WRITE_FILE)
