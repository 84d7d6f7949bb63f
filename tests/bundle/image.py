"""A Dockerfile's instructions, carried out one after the other without Docker."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bundle.container import Container


@dataclass(slots=True)
class Image:
    """`folder` stands for the place in the image that the Dockerfile copies to; all else is the machine's."""

    container: Container
    inside: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    said: str = ""

    def build(self, context: Path) -> None:
        """Raises AssertionError where a command fails."""
        for instruction, rest in _instructions((context / "Dockerfile").read_text(encoding="utf-8")):
            if instruction == "ENV":
                self.environment |= dict(re.findall(r"(\w+)=(\S+)", rest))
            elif instruction == "COPY":
                self._copy(context, rest.split())
            elif instruction == "RUN":
                ended = self.container.run("sh", "-c", rest, variables=self.environment)
                assert ended.returncode == 0, f"{rest}\n{ended.stdout}\n{ended.stderr}"
                self.said += ended.stdout
            elif instruction == "ENTRYPOINT":
                self.entrypoint = tuple(json.loads(rest))
            else:
                assert (instruction, rest) == ("FROM", "python:3.12-slim"), instruction

    def _copy(self, context: Path, words: list[str]) -> None:
        *sources, target = words
        assert target.startswith(f"{self.inside}/"), target
        place = self.folder / target.removeprefix(f"{self.inside}/")
        found = [path for source in sources for path in sorted(context.glob(source))]
        assert len(found) >= len(sources), f"nothing to copy for {words}"
        (place if target.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
        for path in found:
            if path.is_dir():
                shutil.copytree(path, place)
            else:
                shutil.copy2(path, place)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", text))
    for line in filter(None, map(str.strip, joined.splitlines())):
        instruction, _, rest = line.partition(" ")
        yield instruction, rest.strip()
