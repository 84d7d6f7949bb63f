"""A notebook looks everywhere it can for an expected value, and for a way to be unpickled.

What the seal keeps outside is tried in test_attempts.py. Here it is what the grader itself brings into the student's
process: its messages, its memory, its environment, its folder.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.model import Numbers, Returned, SubmissionFile
from grader.pipeline import grade, probe_plan
from grader.runner import KernelRunner
from grader.submission import read_submission
from tests.notebooks import filled_sheet

Write = Callable[[bytes], SubmissionFile]

# Collects every array, every list of numbers and every message that exists in the process while hidden calls are made.
SPY = """
import gc, sys, os
import numpy
messages = []
kernel = get_ipython().kernel
deserialize = kernel.session.deserialize
def listening(*args, **kwargs):
    message = deserialize(*args, **kwargs)
    messages.append(message)
    return message
kernel.session.deserialize = listening
seen = []
def attentionQuery(query, keys, values):
    frame = sys._getframe()
    while frame:
        gc.collect(0)
        seen.extend(numpy.array(v).ravel() for v in frame.f_locals.values() if isinstance(v, numpy.ndarray))
        frame = frame.f_back
    return numpy.ones(len(keys)), numpy.ones(len(values[0]))

def maskedAttentionQueryMatrix(queries, keys, values):
    arrays = [one for one in gc.get_objects() if isinstance(one, numpy.ndarray) and one.dtype == float]
    everything = [numpy.asarray(one).ravel() for one in arrays]
    for message in messages:
        for buffer in message.get('buffers', []):
            everything.append(numpy.frombuffer(buffer, dtype=float))
    text = repr([m['content'] for m in messages]) + repr(dict(os.environ)) + repr(sorted(sys.modules)) + repr(sys.argv)
    found = numpy.concatenate(everything + seen) if everything else numpy.zeros(0)
    clues = [w for w in ('hidden', 'expected', 'stability', 'six_items', 'answer_key', 'reference') if w in text]
    return [numpy.array([len(found), len(messages), len(clues)], dtype=float), numpy.unique(found)[:100000]]
"""


@pytest.fixture
def spied(key: AnswerKey, submission_file: Write, runner: KernelRunner) -> tuple[Any, Any]:
    file = submission_file(filled_sheet({"attentionQuery": SPY, "maskedAttentionQueryMatrix": "pass"}))
    submission = read_submission(file, file.path.read_bytes(), key.assignment)
    execution = runner.run(submission, probe_plan(submission, key), key.assignment.limits)
    (run,) = execution.runs_of("maskedAttentionQueryMatrix")
    last = [one for one in run.observations.values() if isinstance(one, Returned)][-1]
    counts, found = last.value.items  # type: ignore[union-attr]
    assert isinstance(counts, Numbers)
    assert isinstance(found, Numbers)
    return counts.values, found.values


def test_no_expected_value_is_anywhere_in_the_students_process(spied: tuple[Any, Any], key: AnswerKey) -> None:
    (count, messages, clues), found = spied
    assert count > 1000, "the spy saw nothing, so that it proves nothing"
    assert messages > 20
    assert clues == 0
    inputs = key.calls["attentionQueryMatrix"]["more_keys_than_queries"].arguments["queries"]
    assert np.isin(inputs.ravel(), found).all(), "the spy must find the inputs, which are there"
    for function in ("attentionQueryMatrix", "maskedAttentionQueryMatrix"):
        for keyed in key.calls[function].values():
            if keyed.case.set in {"hidden", "sheet"}:
                attention = keyed.expected[0]
                fractions = attention[(attention > 1e-6) & (attention < 1 - 1e-6)]
                assert not np.isin(fractions, found).any()


BOMB = """
import pickle
class Bomb:
    def __reduce__(self):
        return (print, ('code ran in the grader',))
def attentionQuery(query, keys, values):
    return np.array([Bomb()] * 3, dtype=object), Bomb()
def attentionQueryMatrix(queries, keys, values):
    return pickle.dumps(Bomb()), Bomb
def maskedAttentionQueryMatrix(queries, keys, values):
    return np.frombuffer(pickle.dumps([Bomb()] * 8), dtype='u1'), [Bomb(), Bomb()]
keys_mat = values_mat = queries_mat = Bomb()
"""


def test_nothing_is_deserialised_as_code(
    key: AnswerKey,
    submission_file: Write,
    runner: KernelRunner,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Objects that would run code when unpickled come back as "no numbers", and no unpickler is ever called."""
    names = ("attentionQuery", "keys_mat", "attentionQueryMatrix", "maskedAttentionQueryMatrix")
    content = filled_sheet({**dict.fromkeys(names, "pass"), "attentionQuery": BOMB})
    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, lambda *_, **__: pytest.fail("unpickled"))
    report = grade(submission_file(content), key, runner).report
    assert (report.status, report.score) == ("graded", 0)
    assert "code ran" not in capsys.readouterr().out
    messages = [criterion.message for exercise in report.exercises for criterion in exercise.criteria]
    assert any("should be an array of numbers, but is an array (no numbers)" in one for one in messages)


LEAKY = """
kept = []
def attentionQuery(query, keys, values):
    kept.append(float(query[0]))
    name = 'Leak' + '_'.join(str(x) for x in kept)
    if len(kept) % 2:
        raise type(name, (Exception,), {})(str(kept))
    return type(name, (), {})(), str(kept)
"""


def test_hidden_inputs_reach_no_report(key: AnswerKey, submission_file: Write, runner: KernelRunner) -> None:
    """Not by an exception's name or text, nor by a type's name, nor by a later public call."""
    report = grade(submission_file(filled_sheet({"attentionQuery": LEAKY}, last="raise ValueError(kept)")), key, runner)
    text = json.dumps([str(one) for one in (report.report.exercises, report.report.remarks)])
    for keyed in key.calls["attentionQuery"].values():
        first = str(float(keyed.arguments["query"][0]))
        if keyed.case.set == "hidden":
            assert first not in text
            assert first.replace(".", "") not in text
