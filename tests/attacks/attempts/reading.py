"""Attempts to read what is not the student's: the reference, others' work, results, home, environments."""

from __future__ import annotations

from tests.attacks.attempt import Attempt, finds_its_own, reads, reads_any

# Each searches its own process; that the search works is shown by a secret that it hid there itself.
_PLANT = 'planted = (MARK + "plant" + "ed").encode()\n'

_SEARCH_OBJECTS = """
import gc
found, seen = {planted}, set()
def look(value, depth):
    if id(value) in seen or depth > 3:
        return
    seen.add(id(value))
    if isinstance(value, str) and MARK in value:
        found.add(value[value.index(MARK):][:40].encode("ascii", "replace"))
    elif isinstance(value, (bytes, bytearray)) and MARK.encode() in value:
        found.add(bytes(value)[bytes(value).index(MARK.encode()):][:40])
    elif isinstance(value, dict):
        for pair in list(value.items()):
            look(pair[0], depth + 1)
            look(pair[1], depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in list(value):
            look(one, depth + 1)
for thread, frame in sys._current_frames().items():
    while frame:
        look(dict(frame.f_locals), 0)
        look(dict(frame.f_globals), 0)
        frame = frame.f_back
gc.unfreeze()
for one in gc.get_objects():
    look(one, 0)
    try:
        look(vars(one), 1)
    except Exception:
        pass
show(b"\\n".join(found))
"""

_SEARCH_DESCRIPTORS = """
with open("own.txt", "wb") as file:
    file.write(planted)
mine = os.open("own.txt", os.O_RDONLY)
found = b""
for number in range(1024):
    try:
        status = os.fstat(number)
        if (status.st_mode & 0o170000) == 0o100000:
            found += os.pread(number, 200, 0)[:200]
        elif (status.st_mode & 0o170000) == 0o040000:
            for name in os.listdir(number):
                found += name.encode()[:60]
    except OSError:
        pass
show(found)
"""

_SEARCH_MEMORY = """
import re
pattern, found = re.compile(re.escape(MARK.encode()) + b"[a-z0-9]{5,30}"), {}
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        span, mode = line.split()[:2]
        start, end = (int(part, 16) for part in span.split("-"))
        if "rw" in mode and end - start < 2**28:
            try:
                memory.seek(start)
                for one in pattern.findall(memory.read(end - start)):
                    found[one] = 1
            except (OSError, ValueError, OverflowError):
                pass
show(b"\\n".join(found))
"""

_ANCESTORS = """
found, pid = b"", os.getppid()
while pid > 1:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            found += b"".join(one for one in file.read().split(b"\\0") if one.startswith(b"GRADER_TOKEN"))
    except OSError:
        pass  # above the grader others may be at home
    with open(f"/proc/{pid}/stat") as file:
        pid = int(file.read().rsplit(")", 1)[1].split()[1])
show(found)
"""

_GRADERS_DESCRIPTORS = """
found = b""
for number in os.listdir(f"/proc/{GRADER}/fd"):
    path = f"/proc/{GRADER}/fd/{number}"
    try:
        if "secret_reference" in os.readlink(path):
            found += open(path, "rb").read()
    except OSError:
        pass
show(found)
"""

_PIDFD_GETFD = """
process = syscall("pidfd_open", GRADER, 0)
found = b""
for number in range(3, 200):
    try:
        taken = syscall("pidfd_getfd", process, number, 0)
        if "secret_reference" in os.readlink(f"/proc/self/fd/{taken}"):
            found += os.pread(taken, 200, 0)
        os.close(taken)
    except OSError:
        pass
show(found)
"""

_BY_HANDLE = """
class Handle(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_uint), ("kind", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]
handle, mount = Handle(bytes=128), ctypes.c_int()
if libc.name_to_handle_at(-100, REFERENCE.encode(), ctypes.byref(handle), ctypes.byref(mount), 0):
    raise OSError(ctypes.get_errno())
folder = os.open(".", os.O_RDONLY)
descriptor = libc.open_by_handle_at(folder, ctypes.byref(handle), os.O_RDONLY)
show(os.read(descriptor, 200))
"""

_READ_MEMORY_OF_VICTIM = """
class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(28)
here, there = Span(ctypes.addressof(buffer), 28), Span(SECRET_ADDRESS, 28)
got = libc.process_vm_readv(VICTIM, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
show(buffer.raw[:max(got, 0)])
"""

READING = (
    Attempt(name="open_the_reference", bites=reads("reference"), cells=('show(open(REFERENCE, "rb").read())',)),
    Attempt(
        name="import_the_reference",
        bites=reads("reference"),
        cells=("sys.path.insert(0, REFERENCE_FOLDER)\nimport secret_reference\nshow(secret_reference.TOKEN.encode())",),
    ),
    Attempt(
        name="reference_by_symlink",
        bites=reads("reference"),
        cells=('os.symlink(REFERENCE, "link.py")', 'show(open("link.py", "rb").read())'),
    ),
    Attempt(
        name="reference_by_hard_link",
        bites=reads("reference"),
        cells=('os.link(REFERENCE, "hard.py")', 'show(open("hard.py", "rb").read())'),
    ),
    Attempt(
        name="reference_through_proc_self_root",
        bites=reads("reference"),
        cells=('show(open("/proc/self/root" + REFERENCE, "rb").read())',),
    ),
    Attempt(
        name="reference_through_another_root",
        bites=reads("reference"),
        cells=('show(open(f"/proc/{VICTIM}/root" + REFERENCE, "rb").read())',),
    ),
    Attempt(
        name="reference_through_another_cwd",
        bites=reads("reference"),
        cells=('show(open(f"/proc/{VICTIM}/cwd/secret_reference.py", "rb").read())',),
    ),
    Attempt(
        name="reference_by_program",
        bites=reads("reference"),
        cells=('lines = !cat {REFERENCE}\nshow("".join(lines).encode())',),
    ),
    Attempt(
        name="reference_by_magic",
        bites=reads("reference"),
        cells=("%run $REFERENCE\nshow(TOKEN.encode())",),
    ),
    Attempt(
        name="reference_by_numpy",
        bites=reads("reference"),
        cells=("show(np.memmap(REFERENCE, dtype=np.uint8, mode='r').tobytes())",),
    ),
    Attempt(name="reference_by_handle", bites=reads("reference"), needs_root=True, cells=(_BY_HANDLE,)),
    Attempt(name="reference_held_open_by_the_grader", bites=reads("reference"), cells=(_GRADERS_DESCRIPTORS,)),
    Attempt(name="descriptor_taken_from_the_grader", bites=reads("reference"), cells=(_PIDFD_GETFD,)),
    Attempt(
        name="reference_folder_list",
        bites=reads("reference"),
        cells=('show("\\n".join(os.listdir(REFERENCE_FOLDER)).encode())',),
    ),
    Attempt(name="inherited_descriptors", bites=finds_its_own, harm=reads_any, cells=(_PLANT + _SEARCH_DESCRIPTORS,)),
    Attempt(name="objects_and_stacks", bites=finds_its_own, harm=reads_any, cells=(_PLANT + _SEARCH_OBJECTS,)),
    Attempt(name="own_memory", bites=finds_its_own, harm=reads_any, cells=(_PLANT, _SEARCH_MEMORY)),
    Attempt(
        name="own_environment",
        bites=finds_its_own,
        harm=reads_any,
        cells=(
            _PLANT + 'os.environ["PLANTED"] = planted.decode()\n'
            "show(repr([value for value in os.environ.values() if MARK in value]).encode())",
        ),
    ),
    Attempt(name="environment_of_the_grader", bites=reads("environment"), cells=(_ANCESTORS,)),
    Attempt(
        name="environment_of_another",
        bites=reads("victim_environment"),
        cells=(
            (
                'words = open(f"/proc/{VICTIM}/environ", "rb").read().split(b"\\0")\n'
                'show(b"".join(word for word in words if word.startswith(b"VICTIM")))'
            ),
        ),
    ),
    Attempt(
        name="command_line_of_another",
        bites=reads("command"),
        cells=('show(open(f"/proc/{VICTIM}/cmdline", "rb").read())',),
    ),
    Attempt(
        name="memory_of_another",
        bites=reads("memory"),
        cells=(
            (
                'with open(f"/proc/{VICTIM}/mem", "rb", 0) as file:\n    file.seek(SECRET_ADDRESS)\n'
                "    show(file.read(28))"
            ),
        ),
    ),
    Attempt(name="process_vm_readv", bites=reads("memory"), cells=(_READ_MEMORY_OF_VICTIM,)),
    Attempt(name="others_submission", bites=reads("other"), cells=('show(open(OTHER, "rb").read())',)),
    Attempt(name="others_results", bites=reads("report"), cells=('show(open(REPORT, "rb").read())',)),
    Attempt(name="shell_history", bites=reads("history"), cells=('show(open(HISTORY, "rb").read())',)),
    Attempt(name="private_key", bites=reads("key"), cells=('show(open(KEY, "rb").read())',)),
)
