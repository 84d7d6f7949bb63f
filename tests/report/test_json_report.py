"""The report's JSON and its published schema."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from grader.answer_key import AnswerKey
from grader.report.json_report import decode_report, encode_report, make_schema, published_schema
from grader.rubric import grader_error_report, unreadable_report
from grader.score_report import Remark, SubmissionRef

REF = SubmissionRef("Äpfel/🙂", "Äpfel/🙂.ipynb", None, None)


def test_the_published_schema_is_that_of_the_types() -> None:
    """After a change of the types write what make_schema() gives into grader/report/report.schema.json."""
    assert published_schema() == make_schema()


def test_the_schema_is_one_and_refuses_what_it_should(key: AnswerKey) -> None:
    schema = json.loads(published_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    report = json.loads(encode_report(unreadable_report(key, REF, [Remark("empty", "m")])))
    validator.validate(report)
    for change in ({"score": -1}, {"status": "fine"}, {"surprise": 1}, {"schema": "grader.report/2"}):
        assert not validator.is_valid({**report, **change})
    assert not validator.is_valid({name: value for name, value in report.items() if name != "schema"})


def test_a_report_survives_the_way_there_and_back(key: AnswerKey) -> None:
    report = grader_error_report(key, REF, Remark("grader_error", "m", 3))
    content = encode_report(report)
    assert decode_report(content) == report
    assert content.endswith(b"}\n")
    assert "Äpfel/🙂" in content.decode()
    assert json.loads(content)["score"] is None


def test_another_version_is_refused(key: AnswerKey) -> None:
    content = encode_report(unreadable_report(key, REF, [Remark("empty", "m")]))
    with pytest.raises(msgspec.ValidationError):
        decode_report(content.replace(b"grader.report/1", b"grader.report/9"))
