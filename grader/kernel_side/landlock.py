"""Landlock: what this process may open, connect to and signal, from now on and for all that it starts.

https://docs.kernel.org/userspace-api/landlock.html. The rules come as data (grader.runner.sandbox); here they are made.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.kernel_side.linux import system_call

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
# What may be granted on a file; everything else is about folders, and refused with EINVAL there.
_OF_FILES = 0b1100000000000111


def landlock_version() -> int:
    """The ABI that the running kernel offers; 0: none, or switched off."""
    try:
        return system_call("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
    except (OSError, NotImplementedError, AttributeError):
        return 0


def enter_landlock(policy: Mapping[str, Any]) -> None:
    """Raises OSError. The calling thread alone is bound: call it before there are others."""
    attributes = struct.pack("=3Q", policy["handled_files"], policy["handled_net"], policy["scoped"])
    attributes = attributes[: policy["size"]]
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    rules = system_call("landlock_create_ruleset", buffer, len(attributes), 0)
    try:
        for path, rights in policy["rules"]:
            _allow(rules, path, rights)
        system_call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EACCES, errno.ENOTDIR}:
            return  # what isn't there needs no permission
        raise
    try:
        if not Path(path).is_dir():
            rights &= _OF_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
        system_call("landlock_add_rule", rules, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
