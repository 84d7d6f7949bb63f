"""What an autograder installs besides the grader: its dependencies within bounds, and what the instructor names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from grader.bundle.wheel import installed_distribution
from grader.errors import UsageError

_HEAD = """\
# The grader's dependencies, below the next major version of what the bundle was made with: a platform that builds its
# image months later shall not meet releases that nobody has tried.
"""


def requirements(packages: Sequence[str]) -> bytes:
    """A requirements.txt. `packages` are for student code, as pip names them: "scipy", "pandas>=2".

    Raises UsageError where one isn't of that form.
    """
    wanted = [_of_instructor(one) for one in packages]
    extra = ["", "# For the notebooks.", *wanted] if wanted else []
    return (_HEAD + "\n".join([*_own(), *extra]) + "\n").encode()


def _own() -> Iterator[str]:
    for line in sorted(installed_distribution().requires or ()):
        needed = Requirement(line)
        if "extra" not in str(needed.marker):
            needed.specifier &= f"<{_next_major(needed.name)}"
            yield str(needed)


def _next_major(name: str) -> int:
    return Version(version(name)).major + 1


def _of_instructor(line: str) -> str:
    try:
        return str(Requirement(line))
    except InvalidRequirement as error:
        message = f'"{line}": is no package as pip names them, like "scipy" or "pandas>=2".'
        raise UsageError(message) from error
