"""An archive that lies, leads out of its folder or explodes: it is refused by name, and everybody else is graded."""

from __future__ import annotations

import os
import stat
import struct
import tracemalloc
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import GradingError, InternalError, UnreadableSubmission, UsageError
from grader.intake import Intake, find_submissions
from grader.intake.archive import list_archive, read_archived
from grader.intake.zip_directory import MOST_ENTRIES
from grader.model import SubmissionFile
from grader.submission import read_bytes
from tests.intake.raw_zips import End, Raw, deflated, raw_zip, zip64_end
from tests.notebooks import code_notebook

LIMIT = 20 * 2**20
GOOD = code_notebook("x = 1")
ANNE = Raw("Anne Good_1_assignsubmission_file/sheet.ipynb", GOOD)
ZOE = Raw("Zoë Good_3_assignsubmission_file/sheet.ipynb", GOOD, method=0)
BAD = "Bob Bad_2_assignsubmission_file/"
BOMB = Raw(f"{BAD}sheet.ipynb", b"0" * 100 * 2**20)


def intake(path: Path, entries: Sequence[Raw], end: End | None = None) -> Intake:
    path.write_bytes(raw_zip(entries, end))
    return find_submissions([path])


def bob_or_stray(found: Intake) -> list[SubmissionFile]:
    return [one for one in found.submissions if one.owner is None or one.owner.id == "2"]


def assert_others_are_graded(found: Intake) -> None:
    others = {one.owner.id: one for one in found.submissions if one.owner is not None and one.owner.id != "2"}
    assert set(others) == {"1", "3"}
    assert all(read_bytes(one, LIMIT) == GOOD for one in others.values())


def linked(kind: int) -> int:
    return kind | 0o777


# --- entries that are known to be bad before anything is read --------------------------------------------------------

NAMES: dict[str, str | bytes] = {
    "absolute": "/etc/cron.d/sheet.ipynb",
    "leads_out": "../../sheet.ipynb",
    "leads_out_of_its_folder": f"{BAD}../../sheet.ipynb",
    "leads_out_and_in_again": "x/../../Anne Good_1_assignsubmission_file/sheet.ipynb",
    "backslash": f"{BAD[:-1]}\\sheet.ipynb",
    "leads_out_by_backslash": "..\\..\\sheet.ipynb",
    "drive": "C:/sheet.ipynb",
    "drive_with_backslash": "C:\\Users\\sheet.ipynb",
    "drive_without_slash": "c:sheet.ipynb",
    "network_share": "\\\\server\\share\\sheet.ipynb",
    "nul": f"{BAD}sheet.ipynb\0.txt",
    "nul_in_the_folder": f"{BAD[:-1]}\0/sheet.ipynb",
    "line_break": f"{BAD}sheet\n.ipynb",
    "carriage_return": f"{BAD}sheet\r.ipynb",
    "escape_sequence": f"{BAD}\x1b[31msheet.ipynb",
    "c1_control": f"{BAD}sheet\x9b.ipynb",
    "delete": f"{BAD}sheet\x7f.ipynb",
    "too_long": f"{BAD}{'x' * 2000}.ipynb",
    "too_deep": f"{BAD}{'x/' * 200}sheet.ipynb",
    "not_utf_8": f"{BAD}sheet".encode() + b"\xff\xfe.ipynb",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_bad_names_are_refused_and_nobody_is_lost(name: str | bytes, tmp_path: Path) -> None:
    found = intake(tmp_path / "class.zip", [ANNE, Raw(name, GOOD), ZOE])
    (bad,) = bob_or_stray(found)
    assert bad.refusal is not None
    with pytest.raises(UnreadableSubmission, match="not opened"):
        read_bytes(bad, LIMIT)
    assert all(unicodedata.category(char) != "Cc" for char in bad.file + bad.id)
    assert ".." not in bad.file.split("/")
    assert not bad.file.startswith("/")
    assert_others_are_graded(found)


KINDS = {
    "link": (Raw(f"{BAD}sheet.ipynb", b"../x", method=0, mode=linked(stat.S_IFLNK)), "link"),
    "pipe": (Raw(f"{BAD}sheet.ipynb", mode=linked(stat.S_IFIFO)), "regular file"),
    "character_device": (Raw(f"{BAD}sheet.ipynb", mode=linked(stat.S_IFCHR)), "regular file"),
    "block_device": (Raw(f"{BAD}sheet.ipynb", mode=linked(stat.S_IFBLK)), "regular file"),
    "socket": (Raw(f"{BAD}sheet.ipynb", mode=linked(stat.S_IFSOCK)), "regular file"),
    "folder_with_content": (Raw(f"{BAD}sheet.ipynb", GOOD, mode=linked(stat.S_IFDIR)), "regular file"),
    "encrypted": (Raw(f"{BAD}sheet.ipynb", flags=1 << 11 | 1), "encrypted"),
    "strongly_encrypted": (Raw(f"{BAD}sheet.ipynb", flags=1 << 11 | 1 | 1 << 6), "encrypted"),
    "encrypted_directory": (Raw(f"{BAD}sheet.ipynb", flags=1 << 11 | 1 << 13), "encrypted"),
    "shrunk": (Raw(f"{BAD}sheet.ipynb", method=1), "method 1"),
    "deflate64": (Raw(f"{BAD}sheet.ipynb", method=9), "method 9"),
    "bzip2": (Raw(f"{BAD}sheet.ipynb", method=12), "method 12"),
    "lzma": (Raw(f"{BAD}sheet.ipynb", method=14), "method 14"),
    "zstandard": (Raw(f"{BAD}sheet.ipynb", method=93), "method 93"),
    "unknown_method": (Raw(f"{BAD}sheet.ipynb", method=0xFFFF), "method 65535"),
    "absurd_ratio": (Raw(f"{BAD}sheet.ipynb", GOOD, size=2**30), "can't be"),
    "stored_in_two_sizes": (Raw(f"{BAD}sheet.ipynb", GOOD, method=0, size=1), "two sizes"),
    "stored_larger_than_it_is": (Raw(f"{BAD}sheet.ipynb", GOOD, method=0, size=10**6), "can't be"),
    "gigabytes": (Raw(f"{BAD}sheet.ipynb", GOOD, size=2**32 - 2, packed=2**24), "GiB|past the archive's end"),
    "no_large_sizes": (Raw(f"{BAD}sheet.ipynb", GOOD, size=2**32 - 1), "can't be"),
    "cut_off_large_sizes": (
        Raw(f"{BAD}sheet.ipynb", GOOD, size=2**32 - 1, extra=struct.pack("<2HL", 1, 8, 5)),
        "can't be",
    ),
    "large_sizes_of_exabytes": (
        Raw(f"{BAD}sheet.ipynb", GOOD, size=2**32 - 1, extra=struct.pack("<2HQ", 1, 8, 2**63)),
        "can't be",
    ),
    "past_the_end": (Raw(f"{BAD}sheet.ipynb", GOOD, packed=10**6), "past the archive's end"),
    "begins_past_the_end": (Raw(f"{BAD}sheet.ipynb", GOOD, offset=10**8), "past the archive's end"),
}


@pytest.mark.parametrize(("entry", "words"), KINDS.values(), ids=KINDS)
def test_entries_that_cannot_be_are_refused(entry: Raw, words: str, tmp_path: Path) -> None:
    found = intake(tmp_path / "class.zip", [ANNE, ZOE, entry])
    (bad,) = bob_or_stray(found)
    assert bad.id == "Bob Bad_2"
    with pytest.raises(UnreadableSubmission, match=words) as caught:
        read_bytes(bad, LIMIT)
    assert caught.value.reason == "refused"
    assert_others_are_graded(found)


TWICE = {
    "same_name": (f"{BAD}sheet.ipynb", f"{BAD}sheet.ipynb"),
    "upper_case": (f"{BAD}sheet.ipynb", f"{BAD}SHEET.ipynb"),
    "decomposed": (f"{BAD}Lösung.ipynb", unicodedata.normalize("NFD", f"{BAD}Lösung.ipynb")),
    "compatible": (f"{BAD}sheet1.ipynb", f"{BAD}sheet\N{SUPERSCRIPT ONE}.ipynb"),
    "dot": (f"{BAD}sheet.ipynb", f"./{BAD}sheet.ipynb"),
    "double_slash": (f"{BAD}sheet.ipynb", f"{BAD}/sheet.ipynb"),
    "sharp_s": (f"{BAD}Maß.ipynb", f"{BAD}MASS.ipynb"),
    "file_and_folder": (f"{BAD}sheet.ipynb", f"{BAD}sheet.ipynb/"),
}


@pytest.mark.parametrize(("one", "other"), TWICE.values(), ids=TWICE)
def test_two_of_one_name_are_refused_both(one: str, other: str, tmp_path: Path) -> None:
    """One program takes the first, another the last: which of them counts is not ours to guess."""
    found = intake(tmp_path / "class.zip", [ANNE, Raw(one, GOOD), Raw(other, b"" if other[-1] == "/" else GOOD), ZOE])
    (bad,) = bob_or_stray(found)
    assert bad.refusal is not None
    assert "more than once" in bad.refusal
    assert_others_are_graded(found)


def test_a_good_notebook_beside_a_refused_one_counts(tmp_path: Path) -> None:
    link = Raw(f"{BAD}link.ipynb", b"x", method=0, mode=linked(stat.S_IFLNK))
    found = intake(tmp_path / "class.zip", [ANNE, link, Raw(f"{BAD}sheet.ipynb", GOOD), ZOE])
    (bob,) = bob_or_stray(found)
    assert read_bytes(bob, LIMIT) == GOOD
    assert [(one.file, "link" in one.reason) for one in found.skipped] == [(f"{BAD}link.ipynb", True)]


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    """A kilobyte that unpacks to terabytes: each entry's data holds all that follow (David Fifield, 2019)."""
    inner = Raw(f"{BAD}b.ipynb", GOOD)
    outer = Raw(f"{BAD}a.ipynb", b"", data=b"", packed=_size_of(inner), size=10)
    found = intake(tmp_path / "class.zip", [ANNE, outer, inner, ZOE])
    (bad,) = bob_or_stray(found)
    assert bad.refusal is not None
    assert "overlaps" in bad.refusal
    assert [(one.file, "overlaps" in one.reason) for one in found.skipped] == [(inner.name, True)]
    assert_others_are_graded(found)


def _size_of(entry: Raw) -> int:
    return 30 + len(entry.raw_name) + len(entry.packed_data)


def test_one_content_under_two_names_is_refused(tmp_path: Path) -> None:
    first = Raw(f"{BAD}a.ipynb", GOOD)
    again = Raw(f"{BAD}b.ipynb", GOOD, offset=_size_of(ANNE))
    found = intake(tmp_path / "class.zip", [ANNE, first, again, ZOE])
    (bad,) = bob_or_stray(found)
    assert bad.refusal is not None
    assert "overlaps" in bad.refusal
    assert_others_are_graded(found)


# --- entries that turn out bad when they are read --------------------------------------------------------------------

DAMAGED = {
    "wrong_checksum": Raw(f"{BAD}sheet.ipynb", GOOD, crc=1),
    "wrong_checksum_stored": Raw(f"{BAD}sheet.ipynb", GOOD, method=0, crc=1),
    "cut_off": Raw(f"{BAD}sheet.ipynb", GOOD, packed=len(deflated(GOOD)) - 3),
    "no_deflate": Raw(f"{BAD}sheet.ipynb", GOOD, data=b"\xff" * 50),
    "no_data": Raw(f"{BAD}sheet.ipynb", b"", data=b"", size=0),
    "says_less_than_it_holds": Raw(f"{BAD}sheet.ipynb", GOOD, size=5),
    "says_more_than_it_holds": Raw(f"{BAD}sheet.ipynb", GOOD, size=len(GOOD) + 1),
    "other_name_inside": Raw(f"{BAD}sheet.ipynb", GOOD, local_name=b"other"),
    "other_method_inside": Raw(f"{BAD}sheet.ipynb", GOOD, local_method=0),
    "nothing_there": Raw(f"{BAD}sheet.ipynb", GOOD, offset=len(raw_zip([ANNE, ZOE])) + 40),
}


@pytest.mark.parametrize("entry", DAMAGED.values(), ids=DAMAGED)
def test_damaged_entries_are_unreadable(entry: Raw, tmp_path: Path) -> None:
    found = intake(tmp_path / "class.zip", [ANNE, ZOE, entry, Raw("padding.txt", os.urandom(500), method=0)])
    (bad,) = bob_or_stray(found)
    with pytest.raises(UnreadableSubmission) as caught:
        read_bytes(bad, LIMIT)
    assert caught.value.reason in {"damaged", "refused"}
    assert_others_are_graded(found)


@pytest.mark.parametrize("size", [None, 10], ids=["honest", "lying"])
def test_a_bomb_is_never_unpacked_further_than_the_limit(size: int | None, tmp_path: Path) -> None:
    packed = BOMB.packed_data
    bomb = Raw(BOMB.name, b"", data=packed, size=len(BOMB.content) if size is None else size)
    found = intake(tmp_path / "class.zip", [ANNE, bomb, ZOE])
    (bad,) = bob_or_stray(found)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableSubmission) as caught:
            read_bytes(bad, 2**20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.reason == "too_large"
    assert most < 8 * 2**20
    assert_others_are_graded(found)


def test_bombs_beside_each_other_are_looked_into_within_bounds(tmp_path: Path) -> None:
    """To choose among a student's notebooks, they are read: each of them up to the limit, and not all."""
    packed = BOMB.packed_data
    bombs = [Raw(f"{BAD}{i}.ipynb", b"", data=packed, size=len(BOMB.content)) for i in range(2)]
    found = intake(tmp_path / "class.zip", [ANNE, *bombs, ZOE])
    (bad,) = bob_or_stray(found)
    with pytest.raises(UnreadableSubmission, match="larger than"):
        read_bytes(bad, LIMIT)
    assert_others_are_graded(found)


# --- archives that can't be read at all ------------------------------------------------------------------------------


def _directory_at(entries: Sequence[Raw]) -> int:
    return sum(map(_size_of, entries))


def _contradicting() -> bytes:
    entries = [ANNE, ZOE]
    at = len(raw_zip(entries)) - 22
    return raw_zip(entries, End(before=zip64_end(1, at - _directory_at(entries), _directory_at(entries), at)))


def _full(before: bytes) -> End:
    return End(here=0xFFFF, size=2**32 - 1, offset=2**32 - 1, before=before)


def _two_ends() -> bytes:
    inner = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)
    return raw_zip([ANNE, ZOE], End(comment=inner))


ARCHIVES = {
    "empty_file": b"",
    "text": b"this is no archive",
    "another_format": b"Rar!\x1a\x07\x01\x00" + b"\0" * 100,
    "cut_off": raw_zip([ANNE, ZOE])[:-30],
    "cut_off_in_the_end": raw_zip([ANNE, ZOE])[:-3],
    "cut_off_in_the_front": raw_zip([ANNE, ZOE])[200:],
    "more_behind": raw_zip([ANNE, ZOE], End(behind=b"x")),
    "end_alone_that_names_entries": raw_zip([], End(here=1, entries=1)),
    "million_entries": raw_zip([ANNE], _full(zip64_end(10**6, 90, 0, 0))),
    "as_many_as_fit": raw_zip([ANNE], End(here=0xFFFE)),
    "quintillion_entries": raw_zip([ANNE], _full(zip64_end(2**63, 90, 0, 0))),
    "giant_directory": raw_zip([ANNE], End(size=2**31)),
    "giant_directory_64": raw_zip([ANNE], _full(zip64_end(1, 2**62, 0, 0))),
    "directory_before_the_file": raw_zip([ANNE], End(size=10**6)),
    "directory_further_than_it_is": raw_zip([ANNE], End(offset=10**6)),
    "more_entries_than_said": raw_zip([ANNE, ZOE], End(here=1)),
    "fewer_entries_than_said": raw_zip([ANNE, ZOE], End(here=3)),
    "two_numbers_of_entries": raw_zip([ANNE, ZOE], End(here=2, entries=4)),
    "second_disk": raw_zip([ANNE, ZOE], End(disk=1)),
    "two_ends": _two_ends(),
    "ends_that_contradict": _contradicting(),
    "no_record_of_a_large_one": raw_zip([ANNE], End(before=struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1))),
    "no_directory": raw_zip([ANNE], End(before=b"\0" * 70, size=70)),
    "name_past_the_directory": raw_zip([ANNE, ZOE]).replace(
        struct.pack("<H", len(ZOE.raw_name)) + b"\0" * 2 + b"\0" * 2, b"\xff\xff\0\0\0\0"
    ),
}


@pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES)
def test_a_broken_archive_alone_is_wrong_use(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"class\.zip") as caught:
        find_submissions([path])
    assert "unpack" in str(caught.value).lower()


@pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES)
def test_a_broken_archive_among_others_costs_them_nothing(content: bytes, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.zip", tmp_path / "good.zip"
    broken.write_bytes(content)
    good.write_bytes(raw_zip([ANNE, ZOE]))
    found = find_submissions([broken, good])
    assert_others_are_graded(found)
    assert [(one.file, "npack" in one.reason) for one in found.skipped] == [(str(broken), True)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ARCHIVES["million_entries"], "holds 1,000,000 files, and at most 65,000"),
        (ARCHIVES["as_many_as_fit"], "holds 65,534 files"),
        (ARCHIVES["quintillion_entries"], "holds 9,223,372,036,854,775,808 files"),
        (ARCHIVES["giant_directory_64"], "4,398,046,511,104 MiB"),
        (ARCHIVES["giant_directory"], "2,048 MiB, and at most 16"),
        (ARCHIVES["two_ends"], "two ends"),
        (ARCHIVES["ends_that_contradict"], "contradicts itself"),
        (ARCHIVES["second_disk"], "spans several files"),
        (ARCHIVES["text"], "no ZIP archive"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "class.zip").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        find_submissions([tmp_path / "class.zip"])


def test_entries_that_are_more_than_said_are_not_read(tmp_path: Path) -> None:
    """A directory that is there in full, of more entries than are read, behind a small number."""
    header = raw_zip([Raw("x", b"", method=0)])
    one = header[header.index(b"PK\x01\x02") : header.index(b"PK\x05\x06")]
    many = MOST_ENTRIES + 1000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(one) * many, 0, 0)
    (tmp_path / "many.zip").write_bytes(one * many + end)
    with pytest.raises(UsageError, match="broken"):
        find_submissions([tmp_path / "many.zip"])


# --- whatever it is --------------------------------------------------------------------------------------------------


def test_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    found = intake(folder / "class.zip", [ANNE, *(Raw(name, GOOD) for name in NAMES.values()), ZOE])
    for one in found.submissions:
        if one.refusal is None:
            read_bytes(one, LIMIT)
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "class.zip"]


def test_an_archive_that_vanished_is_no_fault_of_the_student(tmp_path: Path) -> None:
    found = intake(tmp_path / "class.zip", [ANNE, ZOE])
    (tmp_path / "class.zip").unlink()
    with pytest.raises(InternalError, match=r"class\.zip"):
        read_bytes(found.submissions[0], LIMIT)


@pytest.mark.parametrize("content", [raw_zip([ZOE]), b"no archive any more"], ids=["other", "broken"])
def test_an_archive_that_is_another_one_now_is_no_fault_of_the_student(content: bytes, tmp_path: Path) -> None:
    found = intake(tmp_path / "class.zip", [ANNE, ZOE])
    (tmp_path / "class.zip").write_bytes(content)
    with pytest.raises(InternalError, match=r"class\.zip"):
        read_bytes(found.submissions[0], LIMIT)


_HONEST = raw_zip([ANNE, Raw(f"{BAD}sheet.ipynb", GOOD), ZOE], End(comment=b"of the class"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(_HONEST) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_damage_ends_in_a_refusal_and_nothing_else(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    content = bytearray(_HONEST)
    for place, value in damage:
        content[place] = value
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.zip"
    path.write_bytes(content)
    try:
        found = find_submissions([path])
    except UsageError:
        return
    for one in found.submissions:
        try:
            assert len(read_bytes(one, LIMIT)) <= LIMIT
        except GradingError as error:
            assert isinstance(error, UnreadableSubmission)  # noqa: PT017 - any other outcome is fine


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_archive_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.zip"
    path.write_bytes(content + b"PK\x05\x06" + bytes(18))
    try:
        entries = list_archive(path)
    except UsageError:
        return
    for entry in entries:
        read_archived(path, entry.name_in_archive or "", 10)
