"""What came of a self-test, in lines to read."""

from __future__ import annotations

from collections.abc import Iterator

from grader.selftest.naming import Naming
from grader.selftest.notebooks import WHICH
from grader.selftest.run import SelfTest
from grader.selftest.separation import fewest_cases


def summary(found: SelfTest) -> Iterator[str]:
    """Without the problems, which are listed by themselves."""
    yield f"{found.notebooks} notebooks graded: {WHICH}."
    pairs = sum(found.pairs.values())
    if pairs:
        yield (
            f"{pairs} functions with two misconceptions: {_share(found, Naming.EXACT)} named exactly, "
            f"{_share(found, Naming.HIDDEN)} by the one that hides the other, {_share(found, Naming.IN_PART)} in part, "
            f"{_share(found, Naming.UNKNOWN)} unknown, {found.pairs[Naming.WRONG]} misnamed."
        )
    for one in found.separations:
        yield f"{one.function}: {one.choices} sets of up to two misconceptions, told apart by {len(one.labels)} cases."
        for group in one.never:
            yield f"  the same function, whatever the case: {group}"
    if found.separations:
        yield f"The fewest cases that tell all of this apart: {', '.join(fewest_cases(found.separations))}."
    yield f"{len(found.problems)} problems." if found.problems else "All is well."


def _share(found: SelfTest, naming: Naming) -> str:
    return f"{found.pairs[naming] / sum(found.pairs.values()):.1%}"
