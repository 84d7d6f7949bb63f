"""A course's reference, `reference/<id>.py`: loaded by path, called by name; whatever is wrong there is said by place.

Only the answer key asks here. The module's own prints and exits are an author's mistake, never the end of a batch.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.errors import AnswerKeyError
from grader.model import FloatArray
from grader.naming import did_you_mean


@dataclass(frozen=True, slots=True)
class Reference:
    path: Path
    module: ModuleType

    def call(self, name: str, *arguments: Any, where: str = "", **options: Any) -> Any:
        """What the function returns. `where` says in a message what it was called on."""
        function = getattr(self.module, name, None)
        if not callable(function):
            problem = "is no function" if function is not None else "is missing"
            message = f"{self.path}: {name} {problem}.{did_you_mean(name, dir(self.module))}"
            raise AnswerKeyError(message)
        try:
            return function(*arguments, **options)
        except (Exception, SystemExit) as error:
            message = f"{self.path}: {name}{where} raised {type(error).__name__}: {error}."
            raise AnswerKeyError(message) from error

    def data(self, name: str, options: Mapping[str, Any]) -> dict[str, FloatArray]:
        """What a function gives that makes one case's data."""
        return self._arrays(self.call(name, **options), name)

    def cases(self, set_: str) -> dict[str, dict[str, FloatArray]]:
        """What `<set>_cases()` gives: data by the id of the case."""
        name = f"{set_}_cases"
        made = self.call(name)
        if not isinstance(made, Mapping) or not made or not all(isinstance(id_, str) and id_ for id_ in made):
            message = f"{self.path}: {name}() should give a dict of cases by their names, with one case at least."
            raise AnswerKeyError(message)
        return {id_: self._arrays(data, f"{name}()[{id_!r}]") for id_, data in made.items()}

    def _arrays(self, data: Any, what: str) -> dict[str, FloatArray]:
        if not isinstance(data, Mapping):
            message = f"{self.path}: {what} should be a dict of arrays, but is a {type(data).__name__}."
            raise AnswerKeyError(message)
        try:
            return {name: input_array(values) for name, values in data.items()}
        except (TypeError, ValueError) as error:
            message = f"{self.path}: {what} holds something that is no array of finite numbers: {error}."
            raise AnswerKeyError(message) from error


def load_reference(path: Path) -> Reference:
    """Run the file as a module of its own. Raises AnswerKeyError."""
    spec = importlib.util.spec_from_file_location(f"_reference_of_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        message = f"{path}: there is no such file. It has to provide the assignment's functions and cases."
        raise AnswerKeyError(message)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        message = f"{path}: can't be loaded: {type(error).__name__}: {error}."
        raise AnswerKeyError(message) from error
    return Reference(path, module)


def input_array(values: Any) -> FloatArray:
    """`values` as an input of a case. Raises ValueError or TypeError where it is empty, or not of finite numbers."""
    array = frozen_array(values)
    if array.ndim == 0 or array.size == 0 or not np.isfinite(array).all():
        message = f"an array of shape {array.shape}, empty or with NaN"
        raise ValueError(message)
    return array


def frozen_array(values: Any) -> FloatArray:
    """A read-only copy: what wrote into the key would change every later submission's score."""
    if np.iscomplexobj(values):
        message = "complex numbers"
        raise TypeError(message)
    array: FloatArray = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
