"""Attempts to take more than a submission's share: memory, disk, threads, descriptors, output.

Each is bounded in itself, and shows what it held at the end; where it is killed on the way nothing is shown.
"""

from __future__ import annotations

from tests.attacks.attempt import MEBI, Attempt, Outcome, at_least, cell_is_lost, honest_lost
from tests.attacks.world import World

# Twice the share that tests give, and what a sealed kernel may at most have had of it.
_WANTED = f"WANTED, STEP = {1024 * MEBI}, {64 * MEBI}\n"
_TOO_MUCH = at_least(768 * MEBI)
_ALL = at_least(1024 * MEBI)

_LOOP = """
held, parts = 0, []
try:
    while held < WANTED:
        take()
        held += STEP
except (MemoryError, OSError, ValueError) as error:
    print(error)
holds(held)
"""


_HEAP = "def take():\n    part = bytearray(STEP)\n    part[::4096] = bytes(len(part[::4096]))\n    parts.append(part)\n"
_ARRAYS = "def take():\n    parts.append(np.ones(STEP // 8))\n"
_SHARED = """
import mmap
def take():
    part = mmap.mmap(-1, STEP)
    for at in range(0, STEP, 4096):
        part[at] = 1
    parts.append(part)
"""
_MEMFD = """
descriptor = os.memfd_create("x")
chunk = bytes(STEP)
def take():
    os.write(descriptor, chunk)
"""
_SEGMENT = """
libc.shmat.restype = ctypes.c_void_p
def take():
    segment = libc.shmget(0, STEP, 0o1600)
    if segment < 0:
        raise OSError(ctypes.get_errno())
    address = libc.shmat(segment, None, 0)
    libc.shmctl(segment, 0, None)
    if address in (None, 2**64 - 1):
        raise MemoryError
    ctypes.memset(address, 1, STEP)
"""
_RAM_FILE = """
path = f"/dev/shm/{NOTE}"
file = open(path, "wb")
chunk = bytes(STEP)
def take():
    file.write(chunk)
"""

# Bytes in sockets' and pipes' buffers are no process's memory, and no limit of a process counts them.
_SOCKET_BUFFERS = """
held, kept = 0, []
try:
    while held < 500 * 2**20:
        pair = socket.socketpair()
        pair[0].setblocking(False)
        kept.append(pair)
        try:
            while True:
                held += pair[0].send(bytes(65536))
        except BlockingIOError:
            pass
except OSError as error:
    print(error)
holds(held)
"""

_WRITE_64 = """
try:
    for _ in range(64):
        file.write(os.urandom(2**10) * 2**10)
        file.flush()
except OSError as error:
    print(error)
time.sleep(0.6)
holds(os.fstat(file.fileno()).st_blocks * 512)
"""
_MANY_PLACES = """
held = 0
try:
    for number in range(64):
        os.mkdir(f"d{number}")
        with open(f"d{number}/x", "wb") as file:
            file.write(os.urandom(2**10) * 2**10)
        held += 2**20
except OSError as error:
    print(error)
time.sleep(0.6)
holds(held)
"""
_UNLINKED = 'file = open("x", "wb")\nos.unlink("x")\n'
_LOCKED_AWAY = 'os.mkdir("d")\nfile = open("d/x", "wb")\nos.chmod("d", 0)\n'
_DEEP_BELOW = """
here = os.getcwd()
for _ in range(1200):
    os.mkdir("d" * 20)
    os.chdir("d" * 20)
file = open("x", "wb")
os.chdir(here)
"""
_MANY_FILES = """
made = 0
try:
    for made in range(20000):
        os.close(os.open(f"f{made}", os.O_CREAT | os.O_WRONLY))
except OSError as error:
    print(error)
time.sleep(0.6)
holds(made)
"""

_DEEP = """
deep = 0
try:
    for deep in range(3000):
        os.mkdir("d")
        os.chdir("d")
except OSError as error:
    print(error)
holds(deep)
"""

_THREADS = """
threading.stack_size(65536)
ended, started = threading.Event(), 0
try:
    for _ in range(800):
        threading.Thread(target=ended.wait, args=(30,), daemon=True).start()
        started += 1
except RuntimeError as error:
    print(error)
alive = threading.active_count()
time.sleep(0.6)
holds(alive)
"""

_DESCRIPTORS = """
kept = []
try:
    while len(kept) < 6000:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    print(error)
holds(len(kept))
"""

_PRINTS = "line = 'x' * 9999\nfor _ in range(20000):\n    print(line)\nholds(1)"
_ONE_PRINT = "print('x' * 100_000_000)\nholds(1)"
_DESCRIPTOR_1 = "for _ in range(2000):\n    os.write(1, b'x' * 50000)\nholds(1)"
_DISPLAY = """
from IPython.display import display
for _ in range(20):
    display({'text/plain': 'x' * 5_000_000}, raw=True)
holds(1)
"""
_MANY_DISPLAYS = "from IPython.display import display\nfor number in range(8000):\n    display(number)\nholds(1)"
_ERROR = "holds(1)\nraise ValueError('x' * 50_000_000)"
_RESULT = "holds(1)\n'x' * 50_000_000"
_METADATA = (
    "from IPython.display import publish_display_data\n"
    "publish_display_data({'text/plain': ''}, {'x': 'x' * 50_000_000})\nholds(1)"
)
_COMM = (
    "get_ipython().kernel.session.send(get_ipython().kernel.iopub_socket, 'comm_msg', {'data': 'x' * 50_000_000})\n"
    "holds(1)"
)
_PAYLOAD = "get_ipython().set_next_input('x' * 50_000_000)\nholds(1)"


def _folder_stays(_world: World, outcome: Outcome) -> bool:
    return bool(outcome.folders)


def _memory(name: str, take: str, may_lack: str = "") -> Attempt:
    return Attempt(name=name, bites=_ALL, harm=_TOO_MUCH, may_lack=may_lack, cells=(_WANTED + take + _LOOP,))


def _disk(name: str, cell: str) -> Attempt:
    return Attempt(name=name, bites=at_least(60 * MEBI), harm=at_least(32 * MEBI), cells=(cell,))


def _flooded(world: World, outcome: Outcome) -> bool:
    """It wrote all that it wanted to, or lost the cell over it."""
    return at_least(1)(world, outcome) or cell_is_lost(world, outcome)


def _output(name: str, cell: str) -> Attempt:
    """That the grader's memory grows is harm of any attempt; here what else is in the notebook must not be lost."""
    return Attempt(name=name, bites=_flooded, harm=honest_lost, cell_seconds=1, cells=(cell,))


RESOURCES = (
    _memory("memory_heap", _HEAP),
    _memory("memory_arrays", _ARRAYS),
    _memory("memory_shared", _SHARED),
    _memory("memory_memfd", _MEMFD),
    _memory("memory_segments", _SEGMENT),
    _memory("memory_ram_file", _RAM_FILE, "memory can't be had as files here"),
    Attempt(
        name="memory_socket_buffers",
        bites=at_least(450 * MEBI),
        harm=at_least(200 * MEBI),
        may_lack="the number of open files is limited",
        cells=(_SOCKET_BUFFERS,),
    ),
    _disk("disk_one_file", 'file = open("x", "wb")\n' + _WRITE_64),
    _disk("disk_many_places", _MANY_PLACES),
    _disk("disk_of_a_deleted_file", _UNLINKED + _WRITE_64),
    _disk("disk_locked_away", _LOCKED_AWAY + _WRITE_64),
    _disk("disk_deep_below", _DEEP_BELOW + _WRITE_64),
    Attempt(
        name="disk_many_files", bites=at_least(19_000), harm=at_least(12_000), cells=(_MANY_FILES,), cell_seconds=25
    ),
    Attempt(
        name="disk_deep_folders",
        bites=at_least(2900),
        harm=lambda world, outcome: _folder_stays(world, outcome) or honest_lost(world, outcome),
        cells=(_DEEP,),
    ),
    Attempt(
        name="disk_no_permissions",
        bites=at_least(1),
        harm=lambda world, outcome: _folder_stays(world, outcome) or honest_lost(world, outcome),
        cells=('os.makedirs("a/b")\nopen("a/b/c", "w").close()\nos.chmod("a/b", 0)\nos.chmod("a", 0)\nholds(1)',),
    ),
    Attempt(name="thread_storm", bites=at_least(800), harm=at_least(600), cells=(_THREADS,)),
    Attempt(
        name="descriptors",
        bites=at_least(5000),
        may_lack="the number of open files is limited",
        cells=(_DESCRIPTORS,),
    ),
    _output("output_prints", _PRINTS),
    _output("output_one_print", _ONE_PRINT),
    _output("output_descriptor", _DESCRIPTOR_1),
    _output("output_display", _DISPLAY),
    _output("output_many_displays", _MANY_DISPLAYS),
    _output("output_error", _ERROR),
    _output("output_result", _RESULT),
    _output("output_metadata", _METADATA),
    _output("output_comm", _COMM),
    _output("output_payload", _PAYLOAD),
)
