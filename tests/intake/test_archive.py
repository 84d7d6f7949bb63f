"""Honest archives are read as Python's zipfile reads them, whichever program wrote them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UnreadableSubmission
from grader.intake import find_submissions
from grader.intake.archive import list_archive, read_archived
from tests.intake.raw_zips import End, Raw, raw_zip, zip64_end

_NAMES = st.text("abcxyz äöü_-.,()1", min_size=1, max_size=12).map(str.strip).filter(lambda name: name.strip("."))
_FILES = st.dictionaries(_NAMES, st.binary(max_size=2000), max_size=6)


class _Unseekable(io.BytesIO):
    """As a web server writes to: sizes stand behind the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(_FILES, st.booleans(), st.booleans(), st.binary(max_size=50).filter(lambda comment: b"PK" not in comment))
def test_the_same_as_zipfile(
    tmp_path: Path,
    files: dict[str, bytes],
    is_stored: bool,  # noqa: FBT001 - hypothesis's
    is_streamed: bool,  # noqa: FBT001 - hypothesis's
    comment: bytes,
) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.zip"
    stream = _Unseekable() if is_streamed else io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in files.items():
            with archive.open(f"Folder/{name}", "w", force_zip64=len(content) % 2 == 0) as writer:
                writer.write(content)
    path.write_bytes(stream.getvalue())
    entries = list_archive(path)
    assert {entry.path: entry.refusal for entry in entries} == {f"Folder/{name}": None for name in files}
    for entry in entries:
        assert entry.name_in_archive is not None
        wanted = files[entry.path.removeprefix("Folder/")]
        assert read_archived(path, entry.name_in_archive, 5000) == wanted
        assert read_archived(path, entry.name_in_archive, 10) == wanted[:11]


@pytest.mark.parametrize(
    ("name", "flags", "extra"),
    [
        ("Zoë".encode(), 1 << 11, b""),
        ("Zoë".encode(), 0, b""),
        ("Zoë".encode("cp437"), 0, b""),
        (b"Zo?", 0, struct.pack("<2HBL", 0x7075, 9, 1, zlib.crc32(b"Zo?")) + "Zoë".encode()),
    ],
    ids=["utf_8", "utf_8_that_is_not_said", "code_page_437", "info_zip"],
)
def test_names_in_every_encoding(name: bytes, flags: int, extra: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(raw_zip([Raw(name + b".ipynb" * (not extra), flags=flags, extra=extra)]))
    (entry,) = list_archive(tmp_path / "x.zip")
    assert entry.path.removesuffix(".ipynb") == "Zoë"
    assert entry.refusal is None


def test_an_info_zip_name_of_another_file_is_not_believed(tmp_path: Path) -> None:
    extra = struct.pack("<2HBL", 0x7075, 9, 1, 12345) + "Zoë".encode()
    (tmp_path / "x.zip").write_bytes(raw_zip([Raw(b"x.ipynb", flags=0, extra=extra)]))
    assert [entry.path for entry in list_archive(tmp_path / "x.zip")] == ["x.ipynb"]


def test_a_large_archive_s_end(tmp_path: Path) -> None:
    entries = [Raw("a/x.ipynb", b"{}")]
    plain = raw_zip(entries)
    start, at = plain.index(b"PK\x01\x02"), plain.index(b"PK\x05\x06")
    end = End(here=0xFFFF, size=2**32 - 1, offset=2**32 - 1, before=zip64_end(1, at - start, start, at))
    (tmp_path / "x.zip").write_bytes(raw_zip(entries, end))
    assert [entry.refusal for entry in list_archive(tmp_path / "x.zip")] == [None]
    assert read_archived(tmp_path / "x.zip", "a/x.ipynb", 10) == b"{}"


def test_what_stands_before_an_archive_shifts_it(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"#!/bin/sh\nunpacks itself\n" + raw_zip([Raw("x.ipynb", b"{}")]))
    assert read_archived(tmp_path / "x.zip", "x.ipynb", 10) == b"{}"


def test_a_comment_of_full_length(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(raw_zip([Raw("x.ipynb", b"{}")], End(comment=b"c" * 0xFFFF)))
    assert len(list_archive(tmp_path / "x.zip")) == 1


def test_a_whole_archive_of_many_is_read_in_time(tmp_path: Path) -> None:
    """The directory is read once, not once for each of its notebooks."""
    entries = [Raw(f"{i}.ipynb", b"{}", method=0) for i in range(2000)]
    (tmp_path / "x.zip").write_bytes(raw_zip(entries))
    found = find_submissions([tmp_path / "x.zip"]).submissions
    assert len(found) == 2000
    assert {read_archived(one.path, one.entry or "", 10) for one in found} == {b"{}"}


def test_a_damaged_end_of_data_is_noticed_only_where_all_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(raw_zip([Raw("x.ipynb", b"0123456789", crc=1)]))
    assert read_archived(tmp_path / "x.zip", "x.ipynb", 5) == b"012345"
    with pytest.raises(UnreadableSubmission, match="damaged"):
        read_archived(tmp_path / "x.zip", "x.ipynb", 10)
