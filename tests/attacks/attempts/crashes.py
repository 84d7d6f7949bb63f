"""Attempts to end the kernel, to hang it, or to break its tools: one bad cell may cost no more than itself."""

from __future__ import annotations

from grader.model import CellStatus, NoAnswer, Silence
from tests.attacks.attempt import Attempt, Outcome, at_least, cell_is, cell_is_lost, honest_lost, never
from tests.attacks.world import World

_killed, _slow = cell_is(CellStatus.KILLED_KERNEL), cell_is(CellStatus.TIMED_OUT)


def _broken(world: World, outcome: Outcome) -> bool:
    """Its tools are gone: the cell was lost with them, or ended without them, and what comes later is lost."""
    return cell_is_lost(world, outcome) or at_least(1)(world, outcome) or honest_lost(world, outcome)


def _hidden_call_hangs(_world: World, outcome: Outcome) -> bool:
    return NoAnswer(Silence.TIMED_OUT) in outcome.observed("trap", "hidden")


def _hidden_call_kills(_world: World, outcome: Outcome) -> bool:
    return NoAnswer(Silence.KILLED_KERNEL) in outcome.observed("trap", "hidden")


def _ends(name: str, cell: str) -> Attempt:
    return Attempt(name=name, bites=_killed, harm=honest_lost, cells=(cell,))


def _hangs(name: str, cell: str) -> Attempt:
    return Attempt(name=name, bites=_slow, harm=honest_lost, cell_seconds=1, cells=(cell,))


def _breaks(name: str, cell: str) -> Attempt:
    """Its own notebook is what it breaks; nothing is claimed for it, but that all the others are as they were."""
    return Attempt(name=name, bites=_broken, harm=never, cell_seconds=1, cells=(cell + "\nholds(1)",))


_NUMPY_OF_NONE = """
for name, value in list(vars(np).items()):
    if callable(value) and name != "ndarray" and not name.startswith("__"):
        setattr(np, name, None)
"""
_NUMPY_THAT_LIES = """
truth = np.asarray
def lie(*_args, **_named):
    return truth([7.0, 7.0, 7.0])
for name in ("asarray", "array", "ascontiguousarray", "frombuffer", "float64"):
    setattr(np, name, lie)
"""
_JSON_THAT_FAILS = """
import json
def fail(*_args, **_named):
    raise ValueError("no JSON today")
json.dumps = json.loads = json.JSONEncoder.encode = fail
import jupyter_client.session, jupyter_client.jsonutil
jupyter_client.session.json_packer = fail
"""
_JSON_THAT_LIES = """
import json
json.dumps = lambda *_args, **_named: '{"forged": true}'
"""
_SHELL = """
shell = get_ipython()
shell.run_cell = shell.run_cell_async = None
type(shell).run_cell = type(shell).run_cell_async = None
"""
_NAMESPACE = "get_ipython().user_ns = {}\nget_ipython().user_global_ns.clear()\nproof = None\ndef holds(n): pass"
_SESSION = "get_ipython().kernel.session.send = None"
_MODULES = "for name in list(sys.modules):\n    sys.modules[name] = None"
_BUILTINS = "import builtins\nbuiltins.len = builtins.isinstance = builtins.list = None"
_STREAMS = "sys.stdout = sys.stderr = sys.__stdout__ = None"
_IMPORTS = "import builtins\nbuiltins.__import__ = None"
_TRACE = """
calls = 0
def trace(frame, event, argument):
    global calls
    calls += 1
    return trace
sys.settrace(trace)
threading.settrace(trace)
"""
_PROFILE = "def hook(*_):\n    raise RuntimeError('hooked')\nholds(1)\nsys.setprofile(hook)"
_ALARM = """
def ring(*_):
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)
"""
_LATER = "threading.Timer(0.2, lambda: os._exit(1)).start()"
_SPINNING = "for _ in range(20):\n    threading.Thread(target=lambda: [0 for _ in iter(int, 1)], daemon=True).start()"

_SIGINT_IGNORED = "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
_SIGINT_SWALLOWED = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
_ALL_BLOCKED = "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: time.sleep(1)"
_AT_EXIT = """
import atexit
def forever():
    while True:
        time.sleep(0.1)
atexit.register(forever)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
threading.Thread(target=forever).start()
holds(1)
"""
_ON_HIDDEN_INPUT = "def trap(a):\n    while a[0] > 5: pass\n    return a"
_ON_HIDDEN_INPUT_IN_C = "def trap(a):\n    return a if a[0] < 5 else sum(iter(int, 1))"
_EXIT_ON_HIDDEN_INPUT = "def trap(a):\n    return a if a[0] < 5 else os._exit(0)"
_DEEP_RECURSION = """
sys.setrecursionlimit(10**9)
class Endless:
    def __getattr__(self, name):
        return getattr(self, name)
    def __repr__(self):
        return repr(self)
repr(Endless())
"""

CRASHES = (
    _ends("exit_at_once", "os._exit(1)"),
    _ends("kill_itself", "os.kill(os.getpid(), signal.SIGKILL)"),
    _ends("terminate_itself", "signal.signal(signal.SIGTERM, signal.SIG_DFL)\nos.kill(os.getpid(), signal.SIGTERM)"),
    _ends("segfault", "ctypes.string_at(0)"),
    _ends("abort", "libc.abort()"),
    _ends("jump_away", "ctypes.CFUNCTYPE(None)(64)()"),
    _ends("recursion_without_end", _DEEP_RECURSION),
    Attempt(
        name="closed_descriptors",
        bites=cell_is_lost,
        harm=honest_lost,
        cell_seconds=1,
        cells=("os.closerange(3, 1024)",),
    ),
    _hangs("loop_in_python", "while True: pass"),
    _hangs("loop_in_c", "sum(iter(int, 1))"),
    _hangs("loop_in_one_number", "x = 3 ** (10 ** 9)"),
    _hangs("loop_with_sigint_ignored", _SIGINT_IGNORED),
    _hangs("loop_with_sigint_swallowed", _SIGINT_SWALLOWED),
    _hangs("loop_with_all_signals_blocked", _ALL_BLOCKED),
    Attempt(name="loop_at_exit", bites=at_least(1), harm=honest_lost, cells=(_AT_EXIT,)),
    Attempt(
        name="loop_on_hidden_input",
        bites=_hidden_call_hangs,
        harm=honest_lost,
        cells=(_ON_HIDDEN_INPUT,),
        functions=("trap",),
    ),
    Attempt(
        name="loop_on_hidden_input_in_c",
        bites=_hidden_call_hangs,
        harm=honest_lost,
        cells=(_ON_HIDDEN_INPUT_IN_C,),
        functions=("trap",),
    ),
    Attempt(
        name="exit_on_hidden_input",
        bites=_hidden_call_kills,
        harm=honest_lost,
        cells=(_EXIT_ON_HIDDEN_INPUT,),
        functions=("trap",),
    ),
    Attempt(
        name="numpy_of_none",
        bites=at_least(1),
        harm=honest_lost,
        cells=(_NUMPY_OF_NONE + "holds(1 if np.asarray is None else 0)",),
    ),
    Attempt(
        name="numpy_that_lies",
        bites=at_least(7),
        harm=honest_lost,
        cells=(_NUMPY_THAT_LIES + "holds(float(np.asarray(1)[0]))",),
    ),
    Attempt(name="json_that_fails", bites=cell_is_lost, harm=never, cell_seconds=1, cells=(_JSON_THAT_FAILS,)),
    _breaks("json_that_lies", _JSON_THAT_LIES),
    Attempt(name="ipython_without_run_cell", bites=honest_lost, harm=never, cell_seconds=1, cells=(_SHELL,)),
    Attempt(name="ipython_without_namespace", bites=honest_lost, harm=never, cell_seconds=1, cells=(_NAMESPACE,)),
    Attempt(name="session_without_send", bites=cell_is_lost, harm=never, cell_seconds=1, cells=(_SESSION,)),
    _breaks("modules_of_none", _MODULES),
    Attempt(name="builtins_of_none", bites=cell_is_lost, harm=never, cell_seconds=1, cells=(_BUILTINS,)),
    _breaks("streams_of_none", _STREAMS),
    _breaks("imports_of_none", _IMPORTS),
    _breaks("trace_hook", _TRACE),
    _breaks("profile_hook", _PROFILE),
    _breaks("alarms", _ALARM),
    Attempt(
        name="exit_a_little_later",
        bites=cell_is(CellStatus.KILLED_KERNEL, 2),
        harm=honest_lost,
        cells=(_LATER, "time.sleep(1)"),
    ),
    _breaks("spinning_threads", _SPINNING),
)
