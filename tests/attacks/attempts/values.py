"""Attempts by what a function returns: what lies, never ends, is endlessly large, or acts when looked at."""

from __future__ import annotations

from grader.model import NoAnswer, NotNumbers, Numbers, Observation, Returned, Silence
from tests.attacks.attempt import Attempt, Outcome, Predicate, changes_a_file, honest_lost
from tests.attacks.world import World


def _public(outcome: Outcome) -> list[Observation]:
    return outcome.observed("trap", "public")


def _hangs_or_kills(_world: World, outcome: Outcome) -> bool:
    silent = (NoAnswer(Silence.TIMED_OUT), NoAnswer(Silence.KILLED_KERNEL))
    return any(one in silent for one in _public(outcome))


def _is_refused(_world: World, outcome: Outcome) -> bool:
    """It came as far as the grader's eyes, which took it for no numbers."""
    values = [one.value for one in _public(outcome) if isinstance(one, Returned)]
    return any(isinstance(value, NotNumbers) for value in values) or any(
        not isinstance(one, Returned) for one in _public(outcome)
    )


def _is_seen(_world: World, outcome: Outcome) -> bool:
    return bool(_public(outcome))


def _lies(_world: World, outcome: Outcome) -> bool:
    """Numbers are observed that the array does not hold."""
    values = [one.value for one in _public(outcome) if isinstance(one, Returned)]
    return any(isinstance(value, Numbers) and value.values.tolist() != [1.0, 2.0, 3.0] for value in values)


def _returns(name: str, cell: str, bites: Predicate = _is_seen, harm: Predicate = honest_lost) -> Attempt:
    def hurts(world: World, outcome: Outcome) -> bool:
        return harm(world, outcome) or honest_lost(world, outcome)

    return Attempt(name=name, bites=bites, harm=hurts, cells=(cell,), functions=("trap",))


# Whoever unpickles one of these writes the canary; that it would is shown by the kernel, which unpickles one itself.
_REDUCE = """
import pathlib, pickle
class Bomb:
    def __reduce__(self):
        return pathlib.Path.write_text, (pathlib.Path(CANARY), NAME)
def trap(a):
    array = np.empty(3, dtype=object)
    array[:] = [Bomb(), Bomb(), Bomb()]
    return array
pickle.loads(pickle.dumps(trap(None)))
"""

_LIAR = """
class Liar(np.ndarray):
    @property
    def shape(self):
        return (10**6, 10**6)
    @property
    def dtype(self):
        return np.dtype("int8")
    @property
    def size(self):
        return 1
    nbytes = itemsize = property(lambda self: 1)
    def tobytes(self, *_args):
        return bytes(1000)
    def astype(self, *_args, **_named):
        return np.full(3, 99.0)
    def __array__(self, *_args, **_named):
        return np.full(3, 99.0)
    def __array_finalize__(self, _other):
        pass
    def __getitem__(self, _key):
        return 99.0
    def __len__(self):
        return 10**9
def trap(a):
    return a.view(Liar)
"""

_NEW_CLASS = "class Trap:\n"
_ENDLESS_ARRAY = _NEW_CLASS + "    def __array__(self, *_a, **_n):\n        while True: pass\n"
_ENDLESS_ARRAY_IN_C = _NEW_CLASS + "    def __array__(self, *_a, **_n):\n        return sum(iter(int, 1))\n"
_ENDLESS_LIST = (
    _NEW_CLASS
    + "    def __len__(self):\n        return 10**7\n    def __getitem__(self, at):\n        return [1.0] * 1000\n"
)
_ENDLESS_ITEMS = (
    "class Trap(list):\n    def __iter__(self):\n        while True:\n            yield Trap()\n"
    "    def __len__(self):\n        return 3\n    def __getitem__(self, at):\n        while True: pass\n"
)
_ENDLESS_DETACH = (
    _NEW_CLASS
    + "    def detach(self):\n        return Trap()\n    def __getattr__(self, name):\n        while True: pass\n"
)
_TRAP = "def trap(a):\n    return Trap()"
_OTHER_EACH_TIME = (
    _NEW_CLASS + "    calls = 0\n    def __array__(self, *_a, **_n):\n        Trap.calls += 1\n"
    "        return np.ones(Trap.calls * 10)\n"
)
_EVIL_NAME = (
    "class Meta(type):\n    @property\n    def __name__(cls):\n        return 'x' * 10**8\n"
    "class Trap(metaclass=Meta):\n    pass\n"
)
_EVIL_CLASS = _NEW_CLASS + "    @property\n    def __class__(self):\n        os._exit(1)\n"
_EVIL_DELETION = (
    _NEW_CLASS + "    def __array__(self, *_a, **_n):\n        raise KeyboardInterrupt\n"
    "    def __del__(self):\n        raise SystemExit\n"
)
_CHANGING = """
shared = np.ones(100000)
def change():
    while True:
        shared.resize(100000, refcheck=False)
        shared.resize(10, refcheck=False)
threading.Thread(target=change, daemon=True).start()
def trap(a):
    return shared
"""
_BEYOND = """
def trap(a):
    return np.lib.stride_tricks.as_strided(a, (200000,), (2**20,))
"""
_OVERLAP = "def trap(a):\n    return np.lib.stride_tricks.as_strided(a, (10**6, 10**6), (0, 0))"
_ARGUMENT = "def trap(a):\n    a.resize(200000, refcheck=False)\n    a.setflags(write=False)\n    return a"
_ITSELF = "def trap(a):\n    one = []\n    one.append(one)\n    return one"
_NESTED = "def trap(a):\n    one = 1.0\n    for _ in range(100000):\n        one = [one]\n    return one"
_GENERATOR = "def trap(a):\n    return iter(int, 1)"
_ERROR = "class Trap(Exception):\n    def __str__(self):\n        while True: pass\ndef trap(a):\n    raise Trap"
_HUGE_ERROR = "def trap(a):\n    raise ValueError('x' * 10**8)"
_EXIT_TEXT = "class Trap(BaseException):\n    def __str__(self):\n        os._exit(1)\ndef trap(a):\n    raise Trap"
_CALLABLE = """
class Trap:
    def __call__(self, a):
        return a
    @property
    def __module__(self):
        os._exit(1)
trap = Trap()
"""


VALUES = (
    Attempt(
        name="objects_that_act_when_unpickled",
        bites=changes_a_file,
        cells=(_REDUCE,),
        functions=("trap",),
    ),
    _returns("array_that_lies", _LIAR, harm=_lies),
    _returns("array_other_each_time", _OTHER_EACH_TIME + _TRAP),
    _returns("endless_array", _ENDLESS_ARRAY + _TRAP, _hangs_or_kills),
    _returns("endless_array_in_c", _ENDLESS_ARRAY_IN_C + _TRAP, _hangs_or_kills),
    _returns("endless_list", _ENDLESS_LIST + _TRAP, _is_seen),
    _returns("endless_items", _ENDLESS_ITEMS + _TRAP, _is_seen),
    _returns("endless_attributes", _ENDLESS_DETACH + _TRAP, _hangs_or_kills),
    _returns("billion_elements", "def trap(a):\n    return np.broadcast_to(0.0, (30000, 30000))", _is_refused),
    _returns(
        "billion_elements_wide", "def trap(a):\n    return np.broadcast_to(np.float64(1), (1, 10**12))", _is_refused
    ),
    _returns("billion_strided_elements", _OVERLAP, _is_refused),
    _returns("billion_objects", "def trap(a):\n    return [range(10**9)]", _is_refused),
    _returns("beyond_its_memory", _BEYOND, _hangs_or_kills),
    _returns("array_that_changes", _CHANGING),
    _returns("argument_that_grew", _ARGUMENT),
    _returns("list_of_itself", _ITSELF, _is_refused),
    _returns("nested_list", _NESTED, _is_refused),
    _returns("generator_without_end", _GENERATOR, _is_refused),
    _returns("name_without_end", _EVIL_NAME + _TRAP),
    _returns("class_that_exits", _EVIL_CLASS + _TRAP, _is_refused),
    _returns("interrupt_when_looked_at", _EVIL_DELETION + _TRAP, _is_refused),
    _returns("error_without_end", _ERROR, _hangs_or_kills),
    _returns("error_of_100_megabytes", _HUGE_ERROR),
    _returns("error_that_exits", _EXIT_TEXT, _hangs_or_kills),
    _returns("callable_that_exits", _CALLABLE, _is_seen),
    _returns("records", "def trap(a):\n    return np.zeros(3, dtype=[('a', 'f8'), ('b', 'O')])", _is_refused),
    _returns("numbers_of_10_000_digits", "def trap(a):\n    return [10 ** 10_000] * 3", _is_refused),
    _returns("dates", "def trap(a):\n    return np.array(['2026-01-01'], dtype='M8[D]')", _is_refused),
)
