"""Files are cut until their reader takes them, no more than that, and never without a word."""

from __future__ import annotations

import pytest

from grader.errors import UsageError
from grader.report.exports.fitting import fitted, shortened


def test_what_fits_is_not_cut() -> None:
    assert fitted(lambda length: shortened("x" * 900, length).encode(), 900, "it") == b"x" * 900


def test_what_does_not_fit_is_cut_and_says_so() -> None:
    content = fitted(lambda length: shortened("x" * 900, length).encode(), 500, "it")
    assert 350 < len(content) <= 500
    assert content.decode().endswith(" … (shortened)")


def test_what_can_not_fit_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="too many criteria for it, which takes 10 bytes"):
        fitted(lambda _: b"x" * 11, 10, "it")
