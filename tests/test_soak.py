"""A batch that is killed at random moments, and begun again. `python -m tests.soak` does it 50 times."""

from __future__ import annotations

import pytest

from tests import soak


def test_a_batch_that_is_killed_again_and_again_ends_as_if_nothing_had_been(capsys: pytest.CaptureFixture[str]) -> None:
    soak.main(["--submissions", "15", "--kills", "5"])
    assert "5 kills of a batch of 15" in capsys.readouterr().out
