"""Whose each submission is, for every platform's download: names, numbers, lateness, and who handed in no notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.errors import UsageError
from grader.intake import Intake, Layout, find_submissions
from grader.model import SubmissionFile
from grader.score_report import Owner
from tests.intake.downloads import PLATFORMS, Student, make_download, write_folder, write_zip
from tests.intake.raw_zips import Raw, raw_zip
from tests.notebooks import code_notebook

NOTEBOOK = code_notebook("x = 1")
JANE = Student("Jane", "Doe", "jdoe", 4711, files={"attention.ipynb": NOTEBOOK})
JOERG = Student("Jörg", "Müller", "jmueller", 4712, late=True, files={"my_work/attention_2.ipynb": NOTEBOOK})
NOBODY = Student("Max", "Muster", "mmuster", 4713)
CLASS = [JANE, JOERG, NOBODY]


def owners(found: Intake) -> Mapping[str, Owner | None]:
    return {one.id: one.owner for one in found.submissions}


def of(found: Intake, id_: str) -> SubmissionFile:
    (one,) = [one for one in found.submissions if one.id == id_]
    return one


def found_in(content: Mapping[str, bytes], folder: Path, layout: Layout = Layout.AUTO) -> Intake:
    return find_submissions([write_folder(folder / "in", content)], layout=layout)


WANTED = {
    "moodle": [
        Owner("moodle", "4711", "Jane Doe", "Jane Doe_4711_assignsubmission_file"),
        Owner("moodle", "4712", "Jörg Müller", "Jörg Müller_4712_assignsubmission_file"),
        Owner("moodle", "4713", "Max Muster", "Max Muster_4713_assignsubmission_onlinetext"),
    ],
    "canvas": [
        Owner("canvas", "4711", "doejane", "", late=False),
        Owner("canvas", "4712", "müllerjörg", "", late=True),
        Owner("canvas", "4713", "mustermax", "", late=False),
    ],
    "blackboard": [
        Owner("blackboard", "jdoe", "Jane Doe", ""),
        Owner("blackboard", "jmueller", "Jörg Müller", ""),
        Owner("blackboard", "mmuster", "Max Muster", ""),
    ],
    "ilias": [
        Owner("ilias", "4711", "Jane Doe", "Doe_Jane_jdoe_4711"),
        Owner("ilias", "4712", "Jorg Muller", "Muller_Jorg_jmueller_4712", late=True),
        Owner("ilias", "4713", "Max Muster", "Muster_Max_mmuster_4713"),
    ],
    "gradescope": [
        Owner("gradescope", "4711", "Jane Doe", "submission_4711", email="jdoe@example.edu"),
        Owner("gradescope", "4712", "Jörg Müller", "submission_4712", email="jmueller@example.edu"),
        Owner("gradescope", "4713", "Max Muster", "submission_4713", email="mmuster@example.edu"),
    ],
    "nbgrader": [
        Owner("nbgrader", "jdoe", "jdoe", "jdoe"),
        Owner("nbgrader", "jmueller", "jmueller", "jmueller"),
        Owner("nbgrader", "mmuster", "mmuster", "mmuster"),
    ],
    "folders": [
        Owner("folders", "jdoe", "jdoe", "jdoe"),
        Owner("folders", "jmueller", "jmueller", "jmueller"),
        Owner("folders", "mmuster", "mmuster", "mmuster"),
    ],
}
WANTED["moodle-flat"] = WANTED["moodle"]
IDS = {
    "moodle": ["Jane Doe_4711", "Jörg Müller_4712", "Max Muster_4713"],
    "moodle-flat": ["Jane Doe_4711", "Jörg Müller_4712", "Max Muster_4713"],
    "canvas": ["doejane_4711", "müllerjörg_4712", "mustermax_4713"],
    "blackboard": ["jdoe", "jmueller", "mmuster"],
    "ilias": ["Doe_Jane_jdoe_4711", "Muller_Jorg_jmueller_4712", "Muster_Max_mmuster_4713"],
    "gradescope": ["submission_4711", "submission_4712", "submission_4713"],
    "nbgrader": ["jdoe", "jmueller", "mmuster"],
    "folders": ["jdoe", "jmueller", "mmuster"],
}


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_everybody_is_known(platform: str, as_zip: bool, tmp_path: Path) -> None:  # noqa: FBT001 - pytest's
    path = make_download(platform, CLASS, tmp_path, as_zip=as_zip)
    layout = Layout.FOLDERS if platform == "folders" else Layout.AUTO
    found = find_submissions([path], layout=layout)
    assert owners(found) == dict(zip(IDS[platform], WANTED[platform], strict=True))
    assert [one.id for one in found.submissions] == sorted(IDS[platform])
    assert [one.absence is not None for one in (of(found, id_) for id_ in IDS[platform])] == [False, False, True]
    assert list(found.layouts.values()) == [platform.removesuffix("-flat")]


@pytest.mark.parametrize("platform", [one for one in PLATFORMS if one != "folders"])
def test_downloads_lie_in_further_folders(platform: str, tmp_path: Path) -> None:
    """As unpackers and people put them; what lies outside is said."""
    make_download(platform, CLASS, tmp_path / "outer" / "Sheet 1", as_zip=False)
    (tmp_path / "outer" / "grades.csv").write_text("x")
    found = find_submissions([tmp_path / "outer"])
    assert owners(found) == dict(zip(IDS[platform], WANTED[platform], strict=True))
    assert "grades.csv" in [one.file for one in found.skipped]


@pytest.mark.parametrize("platform", [one for one in PLATFORMS if one not in {"folders", "gradescope"}])
def test_students_that_are_named_one_by_one(platform: str, tmp_path: Path) -> None:
    """`grader grade download/*`: the shell has taken the download apart."""
    folder = make_download(platform, CLASS, tmp_path, as_zip=False)
    while len(list(folder.iterdir())) == 1 and platform != "nbgrader":
        (folder,) = folder.iterdir()
    found = find_submissions(sorted(folder.iterdir()))
    assert owners(found) == dict(zip(IDS[platform], WANTED[platform], strict=True))


def test_one_student_s_folder_alone(tmp_path: Path) -> None:
    folder = make_download("moodle", [JANE], tmp_path, as_zip=False) / "Jane Doe_4711_assignsubmission_file"
    assert owners(find_submissions([folder])) == {"Jane Doe_4711": WANTED["moodle"][0]}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_caller_may_say_whose_it_is(platform: str, tmp_path: Path) -> None:
    path = make_download(platform, [JANE], tmp_path, as_zip=True)
    found = find_submissions([path], layout=Layout(platform.removesuffix("-flat")))
    assert list(owners(found).values()) == WANTED[platform][:1]
    plain = find_submissions([path], layout=Layout.PLAIN)
    assert [one.owner for one in plain.submissions] == [None]


def test_a_download_of_another_form_than_was_said_is_wrong_use(tmp_path: Path) -> None:
    path = make_download("canvas", CLASS, tmp_path, as_zip=True)
    with pytest.raises(UsageError, match='moodle, "Jane Doe_123456_assignsubmission_file"'):
        find_submissions([path], layout=Layout.MOODLE)


# --- names that look like a platform's -------------------------------------------------------------------------------

PLAIN = {
    "versions": ["sheet_1_2_final.ipynb", "sheet_1_3_final.ipynb"],
    "dates": ["hw_2023_1105_doe.ipynb", "hw_2023_1106_roe.ipynb"],
    "years": ["hw_2023_1105_doe.ipynb", "hw_2024_1106_roe.ipynb", "hw_2025_1106_x.ipynb"],
    "snake_case": ["wrong_no_mask/notebook.ipynb", "right_np_matrix/notebook.ipynb"],
    "one_folder_of_all": ["Neural_Computation_sheet_1/doe.ipynb", "Neural_Computation_sheet_1/roe.ipynb"],
    "weeks": ["Week_One_a/doe.ipynb", "Week_One_a/roe.ipynb", "Week_Two_b/poe.ipynb"],
    "numbered": ["submission_1/doe.ipynb", "submission_1/roe.ipynb", "submission_2/poe.ipynb"],
    "assignments": ["jane/attention/a.ipynb", "jane/attention/b.ipynb", "joe/attention/c.ipynb"],
    "words": ["my_attempt_2024.ipynb", "second_attempt_2025.ipynb"],
    "half_moodle": ["Jane Doe_1_assignsubmission_file/a.ipynb", "joe/b.ipynb", "jim/c.ipynb"],
    "two_platforms": [
        "Jane Doe_1_assignsubmission_file/a.ipynb",
        "HW_jdoe_attempt_2024-05-01-10-00-00_a.ipynb",
    ],
}


@pytest.mark.parametrize("names", PLAIN.values(), ids=PLAIN)
def test_what_is_not_certain_is_not_guessed(names: list[str], tmp_path: Path) -> None:
    """A wrong guess would take two students for one, and grade one of them alone."""
    found = found_in(dict.fromkeys(names, NOTEBOOK), tmp_path)
    assert len(found.submissions) == len(names)
    assert [one.owner for one in found.submissions] == [None] * len(names)
    assert list(found.layouts.values()) == ["plain"]


# --- what doesn't fit ------------------------------------------------------------------------------------------------


def test_a_stray_notebook_is_a_submission_of_its_own(tmp_path: Path) -> None:
    content = {f"Student {i}_{i}_assignsubmission_file/a.ipynb": NOTEBOOK for i in range(3)}
    found = found_in(content | {"mailed.ipynb": NOTEBOOK, "x/late.ipynb": NOTEBOOK, "x/y.pdf": b"%PDF"}, tmp_path)
    stray = {one.id: [remark.id for remark in one.remarks] for one in found.submissions if one.owner is None}
    assert stray == {"mailed": ["stray_notebook"], "x/late": ["stray_notebook"]}
    assert [one.file for one in found.skipped] == ["x/y.pdf"]


def test_several_downloads_at_once(tmp_path: Path) -> None:
    """Whoever is in both goes by the plain id in neither: an override for it can't reach the wrong notebook."""
    one = make_download("moodle", [JANE], tmp_path / "a", as_zip=True)
    other = make_download("moodle", [JANE, NOBODY], tmp_path / "b", as_zip=False)
    single = tmp_path / "c.ipynb"
    single.write_bytes(NOTEBOOK)
    found = find_submissions([one, other, single])
    assert len({one.id for one in found.submissions}) == 4
    files = sorted((re.sub("~[0-9a-f]{6}$", "~", one.id), one.file) for one in found.submissions)
    assert files == [
        ("Jane Doe_4711~", "moodle.zip/Jane Doe_4711_assignsubmission_file/attention.ipynb"),
        ("Jane Doe_4711~", "moodle/Jane Doe_4711_assignsubmission_file/attention.ipynb"),
        ("Max Muster_4713", "moodle/Max Muster_4713_assignsubmission_onlinetext"),
        ("c", "c.ipynb"),
    ]


def test_an_archive_in_a_folder_that_is_named_itself_is_opened_once(tmp_path: Path) -> None:
    path = make_download("moodle", [JANE], tmp_path, as_zip=True)
    (tmp_path / "x.ipynb").write_bytes(NOTEBOOK)
    found = find_submissions([tmp_path, path])
    assert [one.id for one in found.submissions] == ["Jane Doe_4711", "x"]
    assert found.skipped == ()


def test_archives_in_a_plain_folder_are_said(tmp_path: Path) -> None:
    make_download("moodle", [JANE], tmp_path, as_zip=True)
    with pytest.raises(UsageError, match="name it itself"):
        find_submissions([tmp_path])
    (tmp_path / "x.ipynb").write_bytes(NOTEBOOK)
    assert [one.file for one in find_submissions([tmp_path]).skipped] == ["moodle.zip"]


@pytest.mark.parametrize("name", ["class.7z", "class.tar.gz", "class.rar"])
def test_other_archives_are_not_taken_for_notebooks(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x1f\x8b")
    with pytest.raises(UsageError, match="ZIP alone is opened"):
        find_submissions([tmp_path / name])


# --- Moodle ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "id_", "shown"),
    [
        ("Anna-Lena von der Straße_12", "12", "Anna-Lena von der Straße"),
        ("Doe, Jane_12", "12", "Doe, Jane"),
        ("O'Neil (Jr.)_12", "12", "O'Neil (Jr.)"),
        ("Jane_Doe_12", "12", "Jane Doe"),
        ("Participant_123456", "123456", "Participant 123456"),
        ("Teilnehmerin_7", "7", "Teilnehmerin 7"),
        ("Team 3_77", "77", "Team 3"),
        ("Default group", "", "Default group"),
        ("李 小龙_9", "9", "李 小龙"),
    ],
)
@pytest.mark.parametrize("suffix", ["_assignsubmission_file", "_assignsubmission_file_"])
def test_moodle_s_names(name: str, id_: str, shown: str, suffix: str, tmp_path: Path) -> None:
    found = found_in({f"{name}{suffix}/sub/x_1_y.ipynb": NOTEBOOK}, tmp_path)
    assert [one.owner for one in found.submissions] == [Owner("moodle", id_, shown, name + suffix)]


def test_a_file_that_is_called_as_another_s_download_is_still_one_s_own(tmp_path: Path) -> None:
    name = "Eve_1_assignsubmission_file_Jane_2_assignsubmission_file_x.ipynb"
    found = found_in({name: NOTEBOOK}, tmp_path)
    assert list(owners(found)) == ["Eve_1"]


def test_moodle_s_texts_are_skipped_and_said(tmp_path: Path) -> None:
    content = {
        "Jane_1_assignsubmission_file/a.ipynb": NOTEBOOK,
        "Jane_1_assignsubmission_onlinetext/onlinetext.html": b"x",
        "Joe_2_assignsubmission_onlinetext_onlinetext.html": b"x",
    }
    found = found_in(content, tmp_path)
    assert of(found, "Jane_1").owner == Owner("moodle", "1", "Jane", "Jane_1_assignsubmission_file")
    assert "Only a text" in (of(found, "Joe_2").absence or "")
    assert {one.file for one in found.skipped} == set(content) - {"Jane_1_assignsubmission_file/a.ipynb"}


# --- Canvas ----------------------------------------------------------------------------------------------------------


def test_canvas_without_names(tmp_path: Path) -> None:
    content = {
        "anon_aB3x9_900001_sheet.ipynb": NOTEBOOK,
        "LATE_anon_Zz2q1_900002_sheet.ipynb": NOTEBOOK,
        "anon_Qq111_text.html": b"",
    }
    found = found_in(content, tmp_path)
    assert owners(found) == {
        "anon_aB3x9": Owner("canvas", "aB3x9", "", "", late=False),
        "anon_Zz2q1": Owner("canvas", "Zz2q1", "", "", late=True),
        "anon_Qq111": Owner("canvas", "Qq111", "", "", late=False),
    }


def test_canvas_groups_by_student_and_takes_numbers_in_file_names_for_names(tmp_path: Path) -> None:
    content = {
        "doejane_11_900001_sheet.ipynb": NOTEBOOK,
        "doejane_11_900002_data_5_6_x.csv": b"",
        "roejoe_LATE_12_900003_sheet-1.ipynb": NOTEBOOK,
        "roejoe_LATE_12_link.html": b"",
        "poe_13_900004_text.html": b"",
    }
    found = found_in(content, tmp_path)
    assert list(owners(found)) == ["doejane_11", "poe_13", "roejoe_12"]
    assert of(found, "poe_13").absence == "No notebook (.ipynb) was handed in, but text.html."
    assert {one.file: one.reason for one in found.skipped}["roejoe_LATE_12_link.html"].startswith("A link")


# --- Blackboard ------------------------------------------------------------------------------------------------------

AT = "_attempt_2024-05-01-10-00-00"


@pytest.mark.parametrize(
    ("stems", "receipts", "wanted"),
    [
        (["HW_1_jane", "HW_1_joe"], {}, ["jane", "joe"]),
        (["HW_1_jane"], {}, ["jane"]),
        (["HW_1_jane_doe"], {"HW_1_jane_doe": "Jane (jane_doe)"}, ["jane_doe"]),
        (["HW_1_jane_doe", "HW_1_jane_roe"], {"HW_1_jane_doe": "Jane (jane_doe)"}, ["jane_doe", "jane_roe"]),
        (["HW_1_j_doe", "HW_1_x_roe"], {}, ["j_doe", "x_roe"]),
        (["HW_1_doe"], {"HW_1_doe": "Eve (root)"}, ["doe"]),
        (["A_doe", "B_doe"], {}, ["A_doe", "B_doe"]),
        (["HW_a", "HW_ab"], {}, ["a", "ab"]),
    ],
)
def test_blackboard_s_usernames(stems: list[str], receipts: dict[str, str], wanted: list[str], tmp_path: Path) -> None:
    content = {f"{stem}{AT}_x.ipynb": NOTEBOOK for stem in stems}
    content |= {f"{stem}{AT}.txt": f"\nName: {name}\nName: No (no)".encode() for stem, name in receipts.items()}
    assert [one.id for one in found_in(content, tmp_path).submissions] == wanted


@pytest.mark.parametrize(
    ("receipt", "name"),
    [
        (b"Name: Jane Doe (jdoe)\nAssignment: x", "Jane Doe"),
        (b"\xef\xbb\xbfNom : Jane (Jo) Doe (jdoe)\r\n", "Jane (Jo) Doe"),
        ("Nombre: José (jdoe)".encode(), "José"),
        (b"Name: Jane Doe (somebody)", ""),
        (b"Name: Jane \x1b[31mDoe (jdoe)", "Jane Doe"),
        (b"\xff\xfe\x00\x00", ""),
        (b"x" * 10**6, ""),
        (b"", ""),
    ],
)
def test_blackboard_s_receipts(receipt: bytes, name: str, tmp_path: Path) -> None:
    found = found_in({f"HW_jdoe{AT}.txt": receipt, f"HW_jdoe{AT}_x.ipynb": NOTEBOOK}, tmp_path)
    assert owners(found) == {"jdoe": Owner("blackboard", "jdoe", name, "")}
    assert found.skipped == ()


def test_the_latest_attempt_with_a_notebook_counts(tmp_path: Path) -> None:
    content = {
        "HW_jdoe_attempt_2024-05-01-10-00-00_a.ipynb": NOTEBOOK,
        "HW_jdoe_attempt_2024-05-02-10-00-00_b.ipynb": NOTEBOOK,
        "HW_jdoe_attempt_2024-05-03-10-00-00_c.pdf": b"%PDF",
        "HW_jdoe_attempt_2024-05-03-10-00-00.txt": b"",
    }
    (jane,) = found_in(content, tmp_path).submissions
    assert jane.file.endswith("_b.ipynb")
    (remark,) = jane.remarks
    assert remark.id == "chosen_attempt"
    assert "2 attempts" in remark.message
    assert "2024-05-02 10:00:00" in remark.message
    reasons = {one.file[-7:]: one.reason for one in found_in(content, tmp_path).skipped}
    assert "earlier attempt" in reasons["a.ipynb"]


# --- ILIAS -----------------------------------------------------------------------------------------------------------


def test_ilias_without_numbers_in_teams_and_with_all_sorts_of_things(tmp_path: Path) -> None:
    content = {
        "Doe_Jane_jdoe/x.ipynb": NOTEBOOK,
        "Doe_Jane_jdoe/.ipynb_checkpoints/x-checkpoint.ipynb": NOTEBOOK,
        "von Berg_Jan_ab123cd/notes.txt": b"",
        "Muster_Max_max.muster/": b"",
    }
    found = found_in(content, tmp_path)
    assert (
        owners(found)
        == {
            "Doe_Jane_jdoe": Owner("ilias", "jdoe", "Jane Doe", "Doe_Jane_jdoe"),
            "Muster_Max_max.muster": Owner("ilias", "max.muster", "Max Muster", "Muster_Max_max.muster"),
            "von Berg_Jan_ab123cd": Owner("ilias", "ab123cd", "Jan von Berg", "von Berg_Jan_ab123cd"),
        }
        or owners(found) == {}
    )
    assert of(found, "Muster_Max_max.muster").absence == "Nothing was handed in: the folder is empty."


def test_ilias_teams_are_one_submission_each(tmp_path: Path) -> None:
    content = {
        "Team 12/Doe_Jane_jdoe_1/Verspaetete Abgabe - x.ipynb": NOTEBOOK,
        "Team 12/Roe_Joe_jroe_2/": b"",
        "Team 13/Poe_Jim_jpoe_3/y.ipynb": NOTEBOOK,
    }
    assert owners(found_in(content, tmp_path)) == {
        "Team 12": Owner("ilias", "12", "Jane Doe, Joe Roe", "Team 12", late=True),
        "Team 13": Owner("ilias", "13", "Jim Poe", "Team 13"),
    }


# --- Gradescope, nbgrader --------------------------------------------------------------------------------------------


def test_gradescope_s_teams_and_lost_submissions(tmp_path: Path) -> None:
    metadata = b"""---
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '1'
    :email: jane@x.edu
  - :name: Joe Roe
    :sid: '2'
    :email: joe@x.edu
submission_2:
  :submitters:
  - :name: Gone
"""
    found = found_in({"submission_1/x.ipynb": NOTEBOOK, "submission_metadata.yml": metadata}, tmp_path)
    assert owners(found) == {
        "submission_1": Owner("gradescope", "1, 2", "Jane Doe, Joe Roe", "submission_1", email="jane@x.edu, joe@x.edu"),
        "submission_2": Owner("gradescope", "", "Gone", "submission_2"),
    }
    assert of(found, "submission_2").absence is not None


def test_gradescope_without_metadata(tmp_path: Path) -> None:
    found = found_in({"submission_12345/x.ipynb": NOTEBOOK, "submission_12346/x.ipynb": NOTEBOOK}, tmp_path)
    assert owners(found)["submission_12345"] == Owner("gradescope", "", "", "submission_12345")


EXCHANGE = {
    "submitted/jane/attention/x.ipynb": NOTEBOOK,
    "submitted/jane/ps2/y.ipynb": NOTEBOOK,
    "submitted/joe/ps2/y.ipynb": NOTEBOOK,
    "source/attention/x.ipynb": NOTEBOOK,
    "gradebook.db": b"",
}


def test_nbgrader_s_assignment_is_known_by_its_name(assignment: Assignment, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "course", EXCHANGE)
    found = find_submissions([folder], assignment)
    assert {one.id: (one.file, one.absence) for one in found.submissions} == {
        "jane": ("submitted/jane/attention/x.ipynb", None),
        "joe": ("submitted/joe", "Nothing was handed in for this assignment."),
    }
    assert {one.file for one in found.skipped} == {"gradebook.db", "source", "submitted/jane/ps2", "submitted/joe/ps2"}


def test_nbgrader_s_assignments_are_each_graded_where_none_is_meant(tmp_path: Path) -> None:
    content = {path: data for path, data in EXCHANGE.items() if path.startswith("submitted")}
    assert list(owners(found_in(content, tmp_path))) == ["jane/attention", "jane/ps2", "joe"]


@pytest.mark.parametrize("name", ["submitted", "SUBMITTED"])
def test_nbgrader_s_folder_itself(name: str, tmp_path: Path) -> None:
    content = {"jane/attention/x.ipynb": NOTEBOOK, "joe/attention/y.ipynb": NOTEBOOK}
    for path in (write_folder(tmp_path / name, content), write_zip(tmp_path / f"{name}.zip", content)):
        assert list(owners(find_submissions([path]))) == ["jane", "joe"]


# --- folders and archives within -------------------------------------------------------------------------------------


def test_folders_are_students_where_the_caller_says_so(tmp_path: Path) -> None:
    content = {"jane/a.ipynb": NOTEBOOK, "joe/": b"", "outside.ipynb": NOTEBOOK}
    found = found_in(content, tmp_path, Layout.FOLDERS)
    assert {one.id: one.owner is not None for one in found.submissions} == {"jane": True, "joe": True, "outside": False}


@pytest.mark.parametrize("name", ["work.zip", "work.tar.gz", "work.7z", "work.RAR", "deep/er/work.zip"])
def test_an_archive_alone_is_refused_by_name(name: str, tmp_path: Path) -> None:
    inner = raw_zip([Raw("x.ipynb", NOTEBOOK)])
    found = found_in({f"Jane_1_assignsubmission_file/{name}": inner}, tmp_path)
    (jane,) = found.submissions
    assert jane.refusal is not None
    assert name in jane.refusal
    assert "hand in the .ipynb itself" in jane.refusal.lower()


def test_an_archive_beside_a_notebook_is_skipped_by_name(tmp_path: Path) -> None:
    content = {"Jane_1_assignsubmission_file/a.zip": b"PK", "Jane_1_assignsubmission_file/a.ipynb": NOTEBOOK}
    found = found_in(content, tmp_path)
    assert [one.refusal for one in found.submissions] == [None]
    assert [one.file for one in found.skipped] == ["Jane_1_assignsubmission_file/a.zip"]


@pytest.mark.parametrize("names", [["sheet.pdf"], ["sheet.py", "sheet.docx"], [f"{i}.png" for i in range(9)]])
def test_other_files_alone_are_named(names: list[str], tmp_path: Path) -> None:
    found = found_in({f"Jane_1_assignsubmission_file/{name}": b"" for name in names}, tmp_path)
    (jane,) = found.submissions
    assert jane.absence is not None
    assert names[0] in jane.absence
    assert ("and 4 more" in jane.absence) == (len(names) == 9)


@pytest.mark.parametrize("name", ["attention.ipynb.txt", "attention.ipynb.json"])
def test_a_notebook_that_a_browser_saved_as_text_is_read(name: str, tmp_path: Path) -> None:
    found = found_in({f"Jane_1_assignsubmission_file/{name}": NOTEBOOK}, tmp_path)
    (jane,) = found.submissions
    assert jane.absence is None
    assert [remark.id for remark in jane.remarks] == ["saved_as_text"]


def test_links_in_students_folders_are_refused(tmp_path: Path) -> None:
    folder = make_download("moodle", [JANE], tmp_path, as_zip=False)
    bad = folder / "Bob Bad_2_assignsubmission_file"
    bad.mkdir()
    (bad / "x.ipynb").symlink_to(folder / "Jane Doe_4711_assignsubmission_file" / "attention.ipynb")
    (folder / "Eve Evil_3_assignsubmission_file").symlink_to(bad)
    found = find_submissions([folder])
    refusals = {one.id: one.refusal for one in found.submissions}
    assert refusals["Jane Doe_4711"] is None
    assert "link" in (refusals["Bob Bad_2"] or "")
    assert "link" in (refusals["Eve Evil_3"] or "")
