"""More than one machine: the same bytes as from one, whichever worker dies; the hidden part reaches workers alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey
from grader.batch import grade_batch
from grader.intake import find_submissions
from grader.runner import KernelRunner
from grader.workers import Threads
from tests.cluster.hosts import WHY_NOT, Cluster, cluster, eventually, kill
from tests.conftest import SUBMISSIONS
from tests.fakes import FakeListener

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

SAMPLES = [
    SUBMISSIONS / name
    for name in (
        "right_plain",
        "right_np_matrix",
        "right_loops",
        "right_einsum",
        "right_memoised",
        "wrong_no_mask",
        "wrong_squeezes",
        "wrong_swapped_return",
        "wrong_kills_kernel",
        "wrong_nondeterministic",
        "messy_kills_kernel",
        "messy_renamed_functions",
        "messy_truncated",
        "messy_empty",
    )
]


def contents(out: Path) -> dict[str, bytes]:
    kept = [*out.rglob("report.json"), out / "scores.json", out / "scores.csv"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in kept}


@pytest.fixture(scope="module")
def local(key: AnswerKey, runner: KernelRunner, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("local")
    grade_batch(find_submissions(SAMPLES, key.assignment).submissions, key, Threads(key, runner, 2), out)
    return contents(out)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def arguments(out: Path) -> list[str]:
    return [*map(str, SAMPLES), "-o", str(out)]


def test_two_hosts_give_the_bytes_of_one(two: Cluster, local: dict[str, bytes], tmp_path: Path) -> None:
    ended = two.grade("whole", *arguments(tmp_path / "out"))
    assert ended.wait(timeout=120) == 0, two.hosts[0].log("whole")
    assert contents(tmp_path / "out") == local
    layers = [json.loads(path.read_bytes())["sandbox"] for path in (tmp_path / "out").rglob("run.json")]
    assert sum({"landlock", "seccomp"} <= set(one) for one in layers) == len(SAMPLES) - 2, "workers seal, too"


def test_the_scheduler_never_sees_the_hidden_part(two: Cluster) -> None:
    """It was there in the batch before; what the scheduler keeps is in its memory. Notebooks show that one can look."""
    secrets = [b"Sequence[FloatArray], values: Sequence[FloatArray], *, scale", b"maskedAttentionQueryMatrix(  # noqa"]
    reference = (SUBMISSIONS.parent.parent / "reference" / "attention.py").read_bytes()
    assert all(secret in reference for secret in secrets)
    memory = memory_of(two)
    assert b"grade_remotely" in memory
    assert not any(secret in memory for secret in secrets)


def test_all_workers_that_die_at_once_lose_nothing(two: Cluster, local: dict[str, bytes], tmp_path: Path) -> None:
    """With them the course is gone that was handed out, and reports that were done but not yet fetched."""
    out = tmp_path / "out"
    batch = two.grade("all", *arguments(out))
    eventually(lambda: len(list(out.rglob("report.json"))) >= 3)
    two.kill_what_grades()
    assert batch.wait(timeout=180) == 0, two.hosts[0].log("all")
    assert contents(out) == local


def test_a_worker_that_dies_half_way_loses_nothing(two: Cluster, local: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch = two.grade("killed", *arguments(out))
    eventually(lambda: len(list(out.rglob("report.json"))) >= len(SAMPLES) // 2)
    assert batch.poll() is None, "it came too late"
    two.kill_worker(1)
    assert batch.wait(timeout=180) == 0, two.hosts[0].log("killed")
    assert contents(out) == local


def test_when_the_scheduler_dies_the_rest_can_be_graded_later(
    two: Cluster, local: dict[str, bytes], key: AnswerKey, runner: KernelRunner, tmp_path: Path
) -> None:
    """On a cluster or without: what is finished is kept. The last test here, since it ends the cluster."""
    out = tmp_path / "out"
    batch = two.grade("orphaned", *arguments(out))
    eventually(lambda: len(list(out.rglob("report.json"))) >= 3)
    kill(two.scheduler)
    assert batch.wait(timeout=180) == 2
    said = two.hosts[0].log("orphaned")
    assert "The cluster: the connection to the scheduler is lost. Finished reports are kept" in said
    assert "Traceback" not in said
    told = FakeListener()
    grade_batch(find_submissions(SAMPLES, key.assignment).submissions, key, Threads(key, runner, 2), out, told)
    assert len(told.finished) >= 3
    assert contents(out) == local


def memory_of(two: Cluster) -> bytes:
    """All that the scheduler's process can write to."""
    number = two.scheduler.pid
    parts = []
    with Path(f"/proc/{number}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{number}/maps").read_text(encoding="utf-8").splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found and "[v" not in line:
                start, end = (int(part, 16) for part in found.groups())
                memory.seek(start)
                try:
                    parts.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(parts)
