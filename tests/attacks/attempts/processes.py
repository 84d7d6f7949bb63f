"""Attempts on other processes, and to make some: signals, ptrace, priorities, forks, daemons, system calls."""

from __future__ import annotations

from grader.model import CellStatus
from tests.attacks.attempt import (
    Attempt,
    at_least,
    cell_is,
    changes_a_file,
    honest_lost,
    leaves_running,
    signalled,
    victim_changed,
)

# In namespaces of its own a kernel may be the first process: then 0 is its parent, and stands for its own group.
_SIGNAL_ANCESTORS = """
pid = os.getppid()
if pid > 0:
    os.kill(pid, 0)
    holds(1)
"""

_OWNER_OF_DESCRIPTOR = """
import fcntl
here, there = socket.socketpair()
fcntl.fcntl(here, fcntl.F_SETSIG if hasattr(fcntl, "F_SETSIG") else 10, SIGNAL)
fcntl.fcntl(here, fcntl.F_SETOWN, VICTIM)
fcntl.fcntl(here, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
there.send(b"x")
time.sleep(0.2)
"""

_OWNER_OF_PIPE = """
import fcntl
here, there = os.pipe()
fcntl.fcntl(here, 10, SIGNAL)
fcntl.fcntl(here, fcntl.F_SETOWN, VICTIM)
fcntl.fcntl(here, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
os.write(there, b"x")
time.sleep(0.2)
"""

_QUEUE = """
if libc.sigqueue(VICTIM, SIGNAL, ctypes.c_void_p(0)):
    raise OSError(ctypes.get_errno())
"""

_PTRACE = """
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(0x4206, VICTIM, None, None):
    raise OSError(ctypes.get_errno())
holds(1)
"""

_WRITE_MEMORY = """
class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(b"changed!", 8)
here, there = Span(ctypes.addressof(buffer), 8), Span(SCRAP_ADDRESS, 8)
if libc.process_vm_writev(VICTIM, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) < 0:
    raise OSError(ctypes.get_errno())
"""

_FORK_STORM = """
made, started = 0, time.monotonic()
for _ in range(200):
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        time.sleep(20)
        os._exit(0)
    made += 1
    holds(made)
"""

_NAME_ITSELF = "libc.prctl(15, NAME.encode()[:15], 0, 0, 0)"

_DAEMON = f"""
here, there = os.pipe()
first = os.fork()
if first == 0:
    os.setsid()
    if os.fork() == 0:
        {_NAME_ITSELF}
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.write(there, b"x")
        time.sleep(30)
    os._exit(0)
os.waitpid(first, 0)
holds(len(os.read(here, 1)))
"""

_CHILD = f"""
if os.fork() == 0:
    os.setpgid(0, 0)
    {_NAME_ITSELF}
    time.sleep(30)
    os._exit(0)
time.sleep(0.3)
"""

_RAW_CLONE = """
libc.syscall.restype = ctypes.c_long
number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
child = libc.syscall(number, 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
if child < 0:
    raise OSError(ctypes.get_errno())
holds(1)
"""

_CLONE3 = """
arguments = ctypes.create_string_buffer(struct.pack("=8Q", 0, 0, 0, 0, 17, 0, 0, 0), 64)
child = syscall("clone3", arguments, 64)
if child == 0:
    os._exit(0)
holds(1)
"""

_USER_NAMESPACE = """
child = os.fork()
if child == 0:
    os._exit(0 if libc.unshare(0x10000000 | 0x00020000) == 0 else 1)
holds(1 if os.waitpid(child, 0)[1] == 0 else 0)
"""

_MOUNT = """
if libc.unshare(0x00020000) or libc.mount(b"none", b"/", None, 0x44000, None):
    raise OSError(ctypes.get_errno())
os.mkdir("here")
if libc.mount(b"none", b"here", b"tmpfs", 0, None):
    raise OSError(ctypes.get_errno())
holds(1)
"""


def _by_number(name: str, arguments: str, may_lack: str = "") -> Attempt:
    cell = f'if syscall("{name}", {arguments}) >= 0:\n    holds(1)'
    return Attempt(name=f"call_{name}", bites=at_least(1), may_lack=may_lack, cells=(cell,))


_SYSTEM_CALLS = (
    _by_number("io_uring_setup", "8, ctypes.create_string_buffer(120)", "io_uring is switched off here"),
    _by_number(
        "bpf",
        '0, ctypes.create_string_buffer(struct.pack("=IIIII", 2, 4, 8, 1, 0) + bytes(100), 120), 72',
        "bpf is for root alone, or switched off",
    ),
    _by_number("userfaultfd", "1", "userfaultfd is switched off here"),
    _by_number("keyctl", "0, -3, 1", "keyrings are switched off here"),
    _by_number("fsopen", 'b"tmpfs", 0', "only root may call it"),
    _by_number(
        "perf_event_open",
        'ctypes.create_string_buffer(struct.pack("=IIQQQQQ", 1, 112, 0, 0, 0, 0, 0x60) + bytes(64), 112), 0, -1, -1, 0',
        "performance counters are switched off here",
    ),
    _by_number("kcmp", "os.getpid(), VICTIM, 1, 0, 0", "this kernel has no kcmp"),
    _by_number("memfd_create", 'b"x", 0'),
)

PROCESSES = (
    Attempt(name="signal_the_grader", bites=at_least(1), cells=("os.kill(GRADER, 0)\nholds(1)",)),
    Attempt(name="signal_the_parent", bites=at_least(1), cells=(_SIGNAL_ANCESTORS,)),
    Attempt(name="signal_another", bites=signalled, cells=("os.kill(VICTIM, SIGNAL)",)),
    Attempt(name="signal_a_thread", bites=signalled, cells=("libc.tgkill(VICTIM, VICTIM, SIGNAL)",)),
    Attempt(name="signal_by_queue", bites=signalled, cells=(_QUEUE,)),
    Attempt(
        name="signal_by_pidfd",
        bites=signalled,
        cells=("signal.pidfd_send_signal(os.pidfd_open(VICTIM), SIGNAL)",),
    ),
    Attempt(
        name="signal_by_pidfd_of_proc",
        bites=signalled,
        cells=('signal.pidfd_send_signal(os.open(f"/proc/{VICTIM}", os.O_DIRECTORY), SIGNAL)',),
    ),
    Attempt(name="signal_by_owner", bites=signalled, cells=(_OWNER_OF_DESCRIPTOR,)),
    Attempt(name="signal_by_owner_of_a_pipe", bites=signalled, cells=(_OWNER_OF_PIPE,)),
    Attempt(name="ptrace", bites=at_least(1), cells=(_PTRACE,)),
    Attempt(name="process_vm_writev", bites=victim_changed, cells=(_WRITE_MEMORY,)),
    Attempt(
        name="write_anothers_memory",
        bites=victim_changed,
        cells=(
            (
                'with open(f"/proc/{VICTIM}/mem", "r+b", 0) as file:\n    file.seek(SCRAP_ADDRESS)\n'
                '    file.write(b"changed!")'
            ),
        ),
    ),
    Attempt(
        name="limits_of_another",
        bites=victim_changed,
        cells=("import resource\nresource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (16, 64))",),
    ),
    Attempt(name="priority_of_another", bites=victim_changed, cells=("os.setpriority(os.PRIO_PROCESS, VICTIM, 19)",)),
    Attempt(
        name="processors_of_another",
        bites=victim_changed,
        may_lack="there is one processor",
        cells=("os.sched_setaffinity(VICTIM, {max(os.sched_getaffinity(VICTIM))})",),
    ),
    Attempt(
        name="scheduler_of_another",
        bites=victim_changed,
        cells=("os.sched_setscheduler(VICTIM, os.SCHED_BATCH, os.sched_param(0))",),
    ),
    Attempt(
        name="first_to_be_killed",
        bites=victim_changed,
        cells=('open(f"/proc/{VICTIM}/oom_score_adj", "w").write("1000")',),
    ),
    Attempt(
        name="first_in_the_queue",
        bites=at_least(1),
        needs_root=True,
        cells=("os.setpriority(os.PRIO_PROCESS, 0, -20)\nholds(-os.getpriority(os.PRIO_PROCESS, 0))",),
    ),
    Attempt(
        name="real_time",
        bites=at_least(1),
        needs_root=True,
        cells=("os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))\nholds(os.sched_getscheduler(0))",),
    ),
    Attempt(name="fork_storm", bites=at_least(100), harm=at_least(1), cells=(_FORK_STORM,)),
    Attempt(name="fork_by_clone", bites=at_least(1), cells=(_RAW_CLONE,)),
    Attempt(name="fork_by_clone3", bites=at_least(1), cells=(_CLONE3,)),
    Attempt(name="daemon", bites=at_least(1), harm=leaves_running, cells=(_DAEMON,)),
    Attempt(name="own_group", bites=at_least(1), harm=leaves_running, cells=(_CHILD + "holds(1)",)),
    Attempt(
        name="program",
        bites=at_least(1),
        cells=("import subprocess\nholds(1 if subprocess.run(['/bin/sh', '-c', 'exit 0']).returncode == 0 else 0)",),
    ),
    Attempt(
        name="program_by_posix_spawn",
        bites=at_least(1),
        cells=(
            (
                "child = os.posix_spawn('/bin/sh', ['sh', '-c', 'exit 0'], {})\n"
                "holds(1 if os.waitpid(child, 0)[1] == 0 else 0)"
            ),
        ),
    ),
    Attempt(
        name="become_a_program",
        bites=changes_a_file,
        harm=lambda world, outcome: changes_a_file(world, outcome) or honest_lost(world, outcome),
        cells=('os.execv("/bin/sh", ["sh", "-c", f"echo mine > {CANARY}"])',),
    ),
    Attempt(
        name="become_root",
        bites=at_least(1),
        needs_root=True,
        cells=("os.setresuid(0, 0, 0)\nholds(1 if os.geteuid() == 0 else 0)",),
    ),
    Attempt(
        name="namespace_of_its_own",
        bites=at_least(1),
        may_lack="namespaces are switched off here",
        cells=(_USER_NAMESPACE,),
    ),
    Attempt(name="mount", bites=at_least(1), needs_root=True, cells=(_MOUNT,)),
    Attempt(
        name="stop_itself",
        bites=cell_is(CellStatus.TIMED_OUT),
        harm=honest_lost,
        cell_seconds=1,
        cells=("os.kill(os.getpid(), signal.SIGSTOP)",),
    ),
    Attempt(name="signal_everybody", bites=at_least(1), cells=("os.kill(-1, 0)\nholds(1)",)),
    *_SYSTEM_CALLS,
)
