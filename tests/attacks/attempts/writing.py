"""Attempts to change files that are not the student's, and to leave notes for submissions that come later."""

from __future__ import annotations

from tests.attacks.attempt import (
    Attempt,
    Outcome,
    at_least,
    changes_a_file,
    changes_in,
    finds_its_own,
    leaves_a_note,
)
from tests.attacks.world import World

_BESIDE = 'beside = CANARY[:-4] + ".beside"\n'

_NOTE_IN_FILES = """
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    try:
        with open(f"{folder}/{NOTE}", "w") as file:
            file.write(MARK + "planted")
    except OSError as error:
        print(error)
"""

_READ_NOTES = """
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    try:
        show(open(f"{folder}/{NOTE}", "rb").read())
    except OSError as error:
        print(error)
"""

# The segment is marked to be removed by the one who reads it, so that none outlives a run in which it works.
_NOTE_IN_SHARED_MEMORY = """
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(NUMBER, 4096, 0o1666)
if segment < 0:
    raise OSError(ctypes.get_errno())
ctypes.memmove(libc.shmat(segment, None, 0), (MARK + "planted").encode(), 11)
"""

_READ_SHARED_MEMORY = """
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(NUMBER, 4096, 0)
if segment < 0:
    raise OSError(ctypes.get_errno())
show(ctypes.string_at(libc.shmat(segment, None, 0), 11))
libc.shmctl(segment, 0, None)
"""

_NOTE_IN_MESSAGE_QUEUE = """
queue = libc.msgget(NUMBER, 0o1666)
if queue < 0:
    raise OSError(ctypes.get_errno())
libc.msgsnd(queue, struct.pack("=q", 1) + (MARK + "planted").encode(), 11, 0o4000)
"""

_READ_MESSAGE_QUEUE = """
queue, buffer = libc.msgget(NUMBER, 0), ctypes.create_string_buffer(100)
if queue < 0:
    raise OSError(ctypes.get_errno())
got = libc.msgrcv(queue, buffer, 50, 0, 0o4000)
show(buffer.raw[8:8 + max(got, 0)])
libc.msgctl(queue, 0, None)
"""

_USER_KEYRING = -4

_NOTE_IN_KEYRING = f"""
key = syscall("add_key", b"user", NOTE.encode(), (MARK + "planted").encode(), 11, {_USER_KEYRING})
syscall("keyctl", 5, key, 0x3F3F3F3F)
syscall("keyctl", 15, key, 60)
"""

_READ_KEYRING = f"""
key = syscall("keyctl", 10, {_USER_KEYRING}, b"user", NOTE.encode(), 0)
buffer = ctypes.create_string_buffer(50)
length = syscall("keyctl", 11, key, buffer, 50)
show(buffer.raw[:length])
syscall("keyctl", 9, key, {_USER_KEYRING})
"""


def _on_terminal(world: World, outcome: Outcome) -> bool:
    return world.terminal_got(outcome.name)


WRITING = (
    Attempt(name="overwrite", bites=changes_a_file, cells=('open(CANARY, "w").write("mine")',)),
    Attempt(name="append", bites=changes_a_file, cells=('open(CANARY, "a").write("mine")',)),
    Attempt(name="truncate", bites=changes_a_file, cells=("os.truncate(CANARY, 0)",)),
    Attempt(name="truncate_by_opening", bites=changes_a_file, cells=("os.open(CANARY, os.O_RDONLY | os.O_TRUNC)",)),
    Attempt(name="create_beside", bites=changes_a_file, cells=(_BESIDE + 'open(beside, "w").write("mine")',)),
    Attempt(name="folder_beside", bites=changes_a_file, cells=(_BESIDE + "os.mkdir(beside)",)),
    Attempt(name="pipe_beside", bites=changes_a_file, cells=(_BESIDE + "os.mkfifo(beside)",)),
    Attempt(name="symlink_beside", bites=changes_a_file, cells=(_BESIDE + 'os.symlink("/etc/passwd", beside)',)),
    Attempt(
        name="link_beside",
        bites=changes_a_file,
        cells=(_BESIDE + 'open("own.txt", "w").write("mine")\nos.link("own.txt", beside)',),
    ),
    Attempt(name="rename_away", bites=changes_a_file, cells=(_BESIDE + "os.rename(CANARY, beside)",)),
    Attempt(
        name="replace",
        bites=changes_a_file,
        cells=('open("own.txt", "w").write("mine")\nos.replace("own.txt", CANARY)',),
    ),
    Attempt(name="delete", bites=changes_a_file, cells=("os.unlink(CANARY)",)),
    Attempt(
        name="delete_through_a_symlink",
        bites=changes_a_file,
        cells=('os.symlink(OUTSIDE, "way")\nos.unlink("way/" + os.path.basename(CANARY))',),
    ),
    Attempt(name="chmod", bites=changes_a_file, cells=("os.chmod(CANARY, 0o600)",)),
    Attempt(name="chown", bites=changes_a_file, needs_root=True, cells=("os.chown(CANARY, 12345, 12345)",)),
    Attempt(name="utime", bites=changes_a_file, cells=("os.utime(CANARY, (0, 0))",)),
    Attempt(
        name="setxattr",
        bites=changes_a_file,
        may_lack="the file system has no extended attributes",
        cells=('os.setxattr(CANARY, "user.mine", b"mine")',),
    ),
    Attempt(name="write_by_program", bites=changes_a_file, cells=("!echo mine > {CANARY}",)),
    Attempt(name="write_home", bites=changes_in("home"), cells=('open(OTHER_HOME + "/.bashrc", "w").write("mine")',)),
    Attempt(
        name="another_kernels_scratch",
        bites=changes_in("other-kernel"),
        cells=('open(OTHER_SCRATCH + "/helpers.py", "w").write("MINE = 2")',),
    ),
    Attempt(
        name="change_the_libraries",
        may_lack="the libraries belong to somebody else",
        bites=leaves_a_note,
        cells=('open(f"{LIBRARY}/{NOTE}", "w").write("import mine")',),
    ),
    Attempt(
        name="write_on_the_terminal",
        bites=_on_terminal,
        cells=('open(TERMINAL, "w").write(f"<{NAME}>")',),
    ),
    Attempt(
        name="type_on_the_terminal",
        bites=_on_terminal,
        needs_root=True,
        cells=(
            (
                "import fcntl\nterminal = os.open(TERMINAL, os.O_RDWR)\n"
                'for letter in f"<{NAME}>":\n    fcntl.ioctl(terminal, 0x5412, letter.encode())'
            ),
        ),
    ),
    Attempt(
        name="kernel_settings",
        bites=at_least(1),
        needs_root=True,
        cells=('os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)\nholds(1)',),
    ),
    Attempt(
        name="devices",
        bites=at_least(1),
        needs_root=True,
        may_lack="this machine has neither of these devices",
        cells=(
            (
                'import glob\nopened = 0\nfor path in ["/dev/mem", "/dev/kmsg", *glob.glob("/dev/?d[a-z]")]:\n'
                "    try:\n        os.close(os.open(path, os.O_RDONLY))\n        opened += 1\n"
                "    except OSError:\n        pass\nholds(opened)"
            ),
        ),
    ),
    Attempt(
        name="note_in_files",
        bites=finds_its_own,
        harm=lambda w, o: finds_its_own(w, o) or leaves_a_note(w, o),
        cells=(_NOTE_IN_FILES,),
        second=(_READ_NOTES,),
    ),
    Attempt(
        name="note_in_shared_memory",
        bites=finds_its_own,
        cells=(_NOTE_IN_SHARED_MEMORY,),
        second=(_READ_SHARED_MEMORY,),
    ),
    Attempt(
        name="note_in_a_message_queue",
        bites=finds_its_own,
        cells=(_NOTE_IN_MESSAGE_QUEUE,),
        second=(_READ_MESSAGE_QUEUE,),
    ),
    Attempt(
        name="note_in_a_keyring",
        bites=finds_its_own,
        may_lack="keyrings are not had in this container",
        cells=(_NOTE_IN_KEYRING,),
        second=(_READ_KEYRING,),
    ),
)
