"""Labels in any usual wording, in English and German, name what they name, and nothing else."""

from __future__ import annotations

import pytest

from grader.answer_key import AnswerKey
from grader.checks.plots.labels import names, read_label

RIGHT = {
    "key": [
        *("Key-index", "keys", "index of key vector", "Schlüssel-Index", "k", "$k_j$", "KEY", "Key index j", "key #"),
        *(
            "Index des Schlüssels",
            "Schlüsselvektor",
            "Nummer des Keys",
            "key number",
            "key_idx",
            "keyIndex",
            "Key (0-63)",
        ),
        *(r"$\mathbf{k}_j$", "Keys (Index)", "index (key)", "Keyvektor Nr.", "which key", "indices of keys", "kⱼ"),
    ],
    "query": ["Query-index", "queries", "q", "$q_i$", "Index der Query", "Anfrage", "query number", "Abfrage-Index"],
    "element": [
        *("Element-index", "index", "Element", "Index of element", "Dimension", "Vektor-Element", "vector element"),
        *("value index", "component", "Komponente", "i", "Index des Elements", "feature dimension", "dim"),
    ],
    "attention": [
        *(
            "Attention-score",
            "attention",
            "score",
            "weights",
            "Aufmerksamkeit",
            "Gewicht",
            "softmax(qK)",
            "attention weight",
        ),
        *("Attention for query 0", "Attention score per key", "Query 0's attention", "Aufmerksamkeitswert", "attn"),
        *(r"$\alpha$", "Attention value", "Gewichtung der Keys", "α"),  # noqa: RUF001 - as students write it
    ],
    "value": [
        *("Element-value", "value", "Wert", "result", "Ergebnis", "output", "Wert des Elements", "result for query 0"),
        *("Elementwert", "value of element i", "result value", "Ausgabe"),
    ],
}
WRONG = {
    "key": [
        "",
        "Query-index",
        "index",
        "x",
        "Attention-score",
        "Element-index",
        "value",
        "query (for all keys)",
        "monk",
    ],
    "query": ["", "Key-index", "index", "y", "attention", "keys for each query"],
    "element": ["", "Key-index", "Element-value", "value", "attention", "x"],
    "attention": ["", "Key-index", "value", "index", "y", "key", "Query", "attention index"],
    "value": ["", "Element-index", "index", "attention", "key", "y", "value index"],
}


def is_named(label: str, wanted: str, key: AnswerKey) -> bool:
    quantities = key.assignment.quantities
    return names(label, next(one for one in quantities if one.id == wanted), quantities)


@pytest.mark.parametrize(("wanted", "label"), [(wanted, label) for wanted, all_ in RIGHT.items() for label in all_])
def test_it_is_named(wanted: str, label: str, key: AnswerKey) -> None:
    assert is_named(label, wanted, key)


@pytest.mark.parametrize(("wanted", "label"), [(wanted, label) for wanted, all_ in WRONG.items() for label in all_])
def test_it_is_not_named(wanted: str, label: str, key: AnswerKey) -> None:
    assert not is_named(label, wanted, key)


def test_an_index_of_nothing_is_known_for_one(key: AnswerKey) -> None:
    reading = read_label("Index", key.assignment.quantities)
    assert (reading.about, reading.is_index) == (None, True)
