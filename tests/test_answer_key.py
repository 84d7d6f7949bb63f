"""The answer key: which calls are made, and that authors' mistakes are named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
from grader.errors import AnswerKeyError, AuthorError
from tests.notebooks import ROOT


def test_inputs_are_passed_as_the_sheet_says(key: AnswerKey) -> None:
    """Lists of vectors to attentionQuery, matrices to the others."""
    query, keys, values = key.calls["attentionQuery"]["sheet"].call.arguments
    assert isinstance(query, np.ndarray)
    assert isinstance(keys, tuple)
    assert isinstance(values, tuple)
    assert (query.shape, len(keys), keys[0].shape, values[0].shape) == ((8,), 64, (8,), (16,))
    matrices = key.calls["attentionQueryMatrix"]["sheet"].call.arguments
    assert [one.shape for one in matrices if isinstance(one, np.ndarray)] == [(64, 8), (64, 8), (64, 16)]


def test_all_of_the_key_is_read_only(key: AnswerKey) -> None:
    """A check that wrote into the key would change every later submission's score."""
    for keyed in (one for cases in key.calls.values() for one in cases.values()):
        for array in (*keyed.expected, *keyed.arguments.values()):
            assert not array.flags.writeable


def test_hidden_and_public_cases(key: AnswerKey) -> None:
    cases = {one.case.id: one.case.hidden for one in key.calls["attentionQueryMatrix"].values()}
    assert {id_ for id_, hidden in cases.items() if not hidden} == {"sheet", "three_keys"}
    assert len(cases) >= 8


def test_masked_attention_is_asked_only_where_queries_and_keys_are_the_same_items(key: AnswerKey) -> None:
    for keyed in key.calls["maskedAttentionQueryMatrix"].values():
        assert len(keyed.arguments["queries"]) == len(keyed.arguments["keys"])
    assert any(
        len(one.arguments["queries"]) > len(one.arguments["keys"]) for one in key.calls["attentionQueryMatrix"].values()
    )


def test_a_changed_call_changes_the_later_rows_alone(key: AnswerKey) -> None:
    keyed = key.calls["maskedAttentionQueryMatrix"]["three_keys"]
    changed = key.changed[keyed.call.id, "keys+values"]
    assert changed.unchanged_rows == 2
    (queries, keys, values), before = changed.call.arguments, keyed.arguments
    assert np.array_equal(np.array(queries), before["queries"])
    for after, name in ((keys, "keys"), (values, "values")):
        assert np.array_equal(np.array(after)[:2], before[name][:2])
        assert (np.array(after)[2:] != before[name][2:]).any()


def test_the_digest_tells_keys_apart(key: AnswerKey, course_copy: Path) -> None:
    def digest() -> str:
        return load_answer_key(course_copy, load_assignment(course_copy, "attention")).digest

    assert digest() == key.digest
    toml = course_copy / "assignments" / "attention" / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert digest() != key.digest


def test_the_scale_is_an_option(key: AnswerKey, course_copy: Path) -> None:
    toml = course_copy / "assignments" / "attention" / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"sqrt_dk"\n', '"none"\n', 1), encoding="utf-8")
    unscaled = load_answer_key(course_copy, load_assignment(course_copy, "attention"))
    one, other = (each.calls["attentionQuery"]["three_keys"].expected[0] for each in (key, unscaled))
    assert not np.allclose(one, other)
    assert other.sum() == pytest.approx(1)


@pytest.fixture
def course_copy(tmp_path: Path) -> Path:
    for name in ("assignments", "reference"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


Edit = Callable[[str], str]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda text: text.replace("def attentionQuery(", "def attentionQuerry("), r'Did you mean "attentionQuerry"\?'),
        (lambda text: text.replace("def hidden_cases", "def hiden_cases"), r"hidden_cases is missing\. Did you mean"),
        (lambda text: text + "\n1 / 0\n", r"can't be loaded: ZeroDivisionError"),
        (lambda text: text + "\ndef (:\n", r"can't be loaded: SyntaxError"),
        (lambda text: text.replace("return attention[0], result[0]", "return attention[0]"), "should return 2 values"),
        (lambda text: text.replace("/ exponentials.sum", "/ 0 * exponentials.sum"), "should be finite"),
        (lambda text: text + "\nimport sys\nsys.exit(0)\n", r"can't be loaded: SystemExit"),
        (lambda text: text + "\nattentionQuery = 3\n", "attentionQuery is no function"),
        (lambda text: text + "\ndef stability_cases(): return {}\n", "with one case at least"),
        (lambda text: text + "\ndef stability_cases(): return [1]\n", "should give a dict of cases"),
        (lambda text: text + "\ndef stability_cases(): return {'a': 5}\n", "should be a dict of arrays, but is a int"),
        (lambda text: text + "\ndef stability_cases(): return {'a': {'keys': [[1], [2, 3]]}}\n", "no array of finite"),
        (lambda text: text + "\ndef stability_cases(): return {'a': {'keys': []}}\n", "empty or with NaN"),
        (lambda text: text + "\ndef stability_cases(): exit(0)\n", "stability_cases raised SystemExit"),
        (
            lambda text: text.replace("return attention[0], result[0]", "return 1j, 'x'"),
            "should return arrays of numbers",
        ),
        (lambda text: text.replace("return attention[0], result[0]", "return attention, result"), "axes"),
        (lambda text: text.replace("numItems: int)", "count: int)"), "sheet_data raised TypeError"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_mistakes_in_the_reference_are_named(edit: Edit, said: str, course_copy: Path) -> None:
    path = course_copy / "reference" / "attention.py"
    text = path.read_text(encoding="utf-8")
    assert edit(text) != text
    path.write_text(edit(text), encoding="utf-8")
    with pytest.raises(AnswerKeyError, match=said) as caught:
        load_answer_key(course_copy, load_assignment(course_copy, "attention"))
    assert "attention.py" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "reference",
            '"queries": _vectors',
            '"querys": _vectors',
            r'takes "queries", which the case .* Did you mean "querys"',
        ),
        ("reference", '"six_items":', '"sheet":', 'the sets "sheet" and "hidden" both have a case "sheet"'),
        ("assignments", 'id = "three_keys"', 'id = "six_items"', 'both have a case "six_items"'),
        ("assignments", "row = 0", "row = 99", 'the case "three_keys" has no row 99|the case "sheet" has no row 99'),
        ("assignments", "[1, 0], [0, 2], [3, 1]", "[1, 0], [0]", '"three_keys" has data that is no array'),
        ("assignments", "values = [[1, 0], [0, 2], [3, 1]]", "values = []", '"three_keys" has data that is no array'),
    ],
)
def test_contradictions_between_the_two_are_named(file: str, old: str, new: str, said: str, course_copy: Path) -> None:
    names = {"reference": "reference/attention.py", "assignments": "assignments/attention/assignment.toml"}
    path = course_copy / names[file]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AuthorError, match=said):
        load_answer_key(course_copy, load_assignment(course_copy, "attention"))


def test_a_missing_reference_is_named(course_copy: Path) -> None:
    (course_copy / "reference" / "attention.py").unlink()
    with pytest.raises(AnswerKeyError, match="no such file"):
        load_answer_key(course_copy, load_assignment(course_copy, "attention"))
