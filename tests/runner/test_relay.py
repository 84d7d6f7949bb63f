"""Everything passes unchanged both ways; more than was allowed cuts the kernel off."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.runner.relay import Allowance, relayed

_SECONDS = 20


@dataclass
class Ends:
    """The client's end and the kernel's, with a relay between them."""

    to_kernel: asyncio.StreamWriter
    from_kernel: asyncio.StreamReader
    at_kernel: asyncio.StreamReader
    out_of_kernel: asyncio.StreamWriter


@contextlib.asynccontextmanager
async def two_ends(allowance: Allowance) -> AsyncIterator[Ends]:
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        folder, accepted = Path(name), asyncio.get_running_loop().create_future()
        kernel = await asyncio.start_unix_server(lambda *both: accepted.set_result(both), folder / "kernel")
        async with relayed(folder / "client", folder / "kernel", allowance):
            reader, writer = await asyncio.open_unix_connection(folder / "client")
            at_kernel, out_of_kernel = await accepted
            try:
                yield Ends(writer, reader, at_kernel, out_of_kernel)
            finally:
                for one in (writer, out_of_kernel):
                    one.close()
                    with contextlib.suppress(OSError):
                        await one.wait_closed()
                kernel.close()


def with_ends(test: Callable[[Ends], Awaitable[None]], allowance: Allowance | None = None) -> None:
    async def run() -> None:
        async with asyncio.timeout(_SECONDS), two_ends(allowance or Allowance(2**40)) as ends:
            await test(ends)

    asyncio.run(run())


_chunks = st.lists(
    st.binary(max_size=300) | st.integers(1, 200_000).map(lambda size: bytes(range(251)) * (size // 251))
)


@settings(max_examples=25, deadline=None)
@given(_chunks, _chunks)
def test_bytes_pass_both_ways_unchanged(there: list[bytes], back: list[bytes]) -> None:
    async def send(writer: asyncio.StreamWriter, chunks: list[bytes]) -> None:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()

    async def test(ends: Ends) -> None:
        whole_there, whole_back = b"".join(there), b"".join(back)
        _, _, got_there, got_back = await asyncio.gather(
            send(ends.to_kernel, there),
            send(ends.out_of_kernel, back),
            ends.at_kernel.readexactly(len(whole_there)),
            ends.from_kernel.readexactly(len(whole_back)),
        )
        assert got_there == whole_there
        assert got_back == whole_back

    with_ends(test)


def test_all_that_is_allowed_passes_and_one_byte_more_cuts() -> None:
    allowance = Allowance(10)

    async def test(ends: Ends) -> None:
        ends.out_of_kernel.write(b"0123456789")
        assert await ends.from_kernel.readexactly(10) == b"0123456789"
        assert not allowance.exceeded.is_set()
        ends.out_of_kernel.write(b"x")
        assert await ended(ends.from_kernel)
        assert await ended(ends.at_kernel), "both ends are cut"
        assert allowance.exceeded.is_set()

    with_ends(test, allowance)


def test_what_is_asked_counts_nothing() -> None:
    allowance = Allowance(0)

    async def test(ends: Ends) -> None:
        ends.to_kernel.write(b"question")
        assert await ends.at_kernel.readexactly(8) == b"question"
        assert not allowance.exceeded.is_set()

    with_ends(test, allowance)


def test_an_allowance_given_anew_is_what_holds() -> None:
    allowance = Allowance(1)
    allowance.allow(5)
    assert allowance.take(5)
    assert not allowance.take(1)
    allowance.allow(100)
    assert allowance.exceeded.is_set(), "what was exceeded once stays so"


@pytest.mark.parametrize("end", ["to_kernel", "out_of_kernel"])
def test_when_one_end_closes_so_does_the_other(end: str) -> None:
    async def test(ends: Ends) -> None:
        getattr(ends, end).close()
        assert await ended(ends.at_kernel if end == "to_kernel" else ends.from_kernel)

    with_ends(test)


def test_a_kernel_that_is_not_there_cuts_the_client() -> None:
    async def run() -> bytes:
        with tempfile.TemporaryDirectory(prefix="t-") as name:
            folder = Path(name)
            async with asyncio.timeout(_SECONDS), relayed(folder / "c", folder / "nobody", Allowance(1)):
                reader, writer = await asyncio.open_unix_connection(folder / "c")
                seen = await ended(reader)
                writer.close()
                return b"cut" if seen else b"not cut"

    assert asyncio.run(run()) == b"cut"


async def ended(reader: asyncio.StreamReader) -> bool:
    with contextlib.suppress(OSError):
        return await reader.read(1) == b""
    return True


def test_a_large_question_waits_for_a_kernel_that_reads_slowly() -> None:
    async def test(ends: Ends) -> None:
        question = bytes(8 * 2**20)
        ends.to_kernel.write(question)
        await asyncio.sleep(0.1)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            assert len(await ends.at_kernel.readexactly(len(question))) == len(question)
            return
        pytest.fail("it was cut")

    with_ends(test)
