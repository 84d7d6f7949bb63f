"""Which system calls a sealed kernel may make: the policy, as data.

It is for a process that already is what it will be. Python, numpy and matplotlib are loaded, and the sockets to the
grader listen. So computing is all that is left to do: no new process, no new connection, no signal to anybody. A call
that no rule names fails with ENOSYS, which the C library takes for an old kernel and works round.

Which files can be opened is Landlock's business and the mounts'; what those two don't cover is dealt with here.
Numbers of flags are from Linux's uapi headers, and the same on x86_64 and aarch64.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

# The kernel reads no more of an argument that it declares as an int, and C leaves the rest of the register undefined.
INT = 0xFFFF_FFFF
WHOLE = 0xFFFF_FFFF_FFFF_FFFF


@dataclass(frozen=True)
class Action:
    """What becomes of a call, as the value that a filter returns (linux/seccomp.h)."""

    value: int


@dataclass(frozen=True)
class Condition:
    """Of an argument, the bits in `mask` are one of `values`."""

    argument: int
    values: tuple[int, ...]
    mask: int = INT


@dataclass(frozen=True)
class Rule:
    """The calls `names` get `action` where all of `conditions` hold, and else `otherwise`.

    `otherwise` is also for where all of `unless` hold, if there are any.
    """

    names: tuple[str, ...]
    action: Action
    why: str
    conditions: tuple[Condition, ...] = ()
    otherwise: Action = Action(0x0005_0000 | errno.EPERM)
    unless: tuple[Condition, ...] = ()


def fail_with(number: int) -> Action:
    """The call is not made, and fails with this errno; with 0, it seems to have succeeded."""
    return Action(0x0005_0000 | number)


ALLOW = Action(0x7FFF_0000)
PRETEND = fail_with(0)
REFUSE = fail_with(errno.EPERM)

# A call that no rule names.
UNNAMED = fail_with(errno.ENOSYS)
# A call by another machine's table, where every number means something else: nothing honest makes one.
FOREIGN = Action(0x8000_0000)


def rules(*, truncation_is_covered: bool) -> tuple[Rule, ...]:
    """`truncation_is_covered`: by Landlock (ABI 3 or later), or since all but the scratch folder is mounted read-only.

    Where it isn't, a file that can merely be read could be emptied.
    """
    return (*_COMPUTE, *_CONDITIONAL, *_PRETENDED, *_REFUSED, *(_COVERED if truncation_is_covered else _NOT_COVERED))


def _allow(why: str, names: str) -> Rule:
    return Rule(tuple(names.split()), ALLOW, why)


def _allow_if(why: str, names: str, *conditions: Condition, otherwise: Action = REFUSE) -> Rule:
    return Rule(tuple(names.split()), ALLOW, why, conditions, otherwise)


def _refuse(why: str, names: str, action: Action = REFUSE) -> Rule:
    return Rule(tuple(names.split()), action, why)


_COMPUTE = (
    _allow(
        "works on what is open already",
        """read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 lseek close close_range
        dup dup2 dup3 pipe pipe2 sendfile copy_file_range ftruncate fallocate fsync fdatasync sync_file_range
        fadvise64 flock""",
    ),
    _allow(
        "files by name: what may be reached is decided by Landlock and by the mounts",
        """creat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents getdents64
        getcwd chdir fchdir statfs fstatfs mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat
        symlink symlinkat umask""",
    ),
    _allow(
        "the process's own memory; how much of it is for resource limits to say",
        "mmap munmap mremap mprotect madvise brk msync mincore membarrier mlock mlock2 munlock mlockall munlockall "
        "get_mempolicy",
    ),
    _allow(
        "threads, once there: their locks, their place on the processors",
        """futex futex_wait futex_wake futex_requeue futex_waitv set_robust_list set_tid_address rseq arch_prctl
        sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_getattr sched_get_priority_max
        sched_get_priority_min getcpu exit exit_group restart_syscall""",
    ),
    _allow(
        "the time, and waiting for it",
        """nanosleep clock_gettime clock_getres clock_nanosleep gettimeofday time times timerfd_create timerfd_settime
        timerfd_gettime""",
    ),
    _allow(
        "waiting for what is open, or for children: there are none, and Python should be told so",
        """eventfd eventfd2 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll select
        pselect6 pause wait4 waitid""",
    ),
    _allow(
        "signals that come in, and timers, which signal nobody but their own process",
        """rt_sigaction rt_sigprocmask rt_sigpending rt_sigreturn rt_sigsuspend rt_sigtimedwait sigaltstack setitimer
        getitimer alarm timer_create timer_settime timer_gettime timer_getoverrun timer_delete""",
    ),
    _allow(
        "who and where one is",
        """getpid gettid getppid getuid geteuid getgid getegid getpgid getpgrp getsid getgroups getresuid getresgid
        capget getrusage sysinfo uname getrandom getpriority""",
    ),
    # Raising a hard limit takes a capability, and a kernel has none.
    _allow("limits can be read and lowered", "getrlimit setrlimit"),
    _allow(
        "the grader connects to sockets that listen already, and is answered",
        "accept accept4 getsockname getpeername getsockopt setsockopt shutdown recvfrom recvmsg recvmmsg",
    ),
)


def _bits(*positions: int) -> int:
    return sum(1 << position for position in positions)


# CLONE_VM, _SIGHAND and _THREAD: what makes a thread of a clone.
_THREAD = _bits(8, 11, 16)
# What a C library may ask for besides: CLONE_FS, _FILES, _SYSVSEM, _SETTLS, _PARENT_SETTID, _CHILD_CLEARTID,
# _DETACHED (musl; it means nothing) and _CHILD_SETTID. Any new namespace, a pidfd or tracing is none of these.
_OF_THREADS = _bits(9, 10, 18, 19, 20, 21, 22, 24)

_O_ASYNC = 0x2000

_CONDITIONAL = (
    _allow_if("a thread, but no process", "clone", Condition(0, (_THREAD,), INT & ~_OF_THREADS)),
    _refuse(
        "its flags lie in memory, where a filter can't look; with ENOSYS the C library falls back to clone",
        "clone3",
        UNNAMED,
    ),
    _allow_if(
        "an answer on a connection; to an address of one's own choice it would leave",
        "sendto",
        Condition(4, (0,), WHOLE),
    ),
    _allow_if("asyncio wakes its loop through a pair of AF_UNIX sockets", "socketpair", Condition(0, (1,))),
    _allow_if("one's own limits (the C library's setrlimit), not the grader's", "prlimit64", Condition(0, (0,))),
    # Another's would tell where its memory lies.
    _allow_if("the calling thread's own list", "get_robust_list", Condition(0, (0,))),
    _allow_if(
        "PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ and PR_SET_VMA (malloc names its memory); "
        "others loosen or tighten the seal, or survive the grader's death",
        "prctl",
        Condition(0, (3, 15, 16, 23, 0x53564D41)),
    ),
    _allow_if(
        "TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX and FIOCLEX; TIOCSTI would type into the teacher's terminal",
        "ioctl",
        Condition(1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),
        otherwise=fail_with(errno.ENOTTY),
    ),
    Rule(
        ("fcntl",),
        ALLOW,
        "F_DUPFD (_CLOEXEC), F_GETFD, F_SETFD, F_GETFL, F_SETFL, locks (also F_OFD_*), F_GETPIPE_SZ and F_GET_SEALS; "
        "F_SETOWN would send signals out, F_SETLEASE hold up who opens a file, F_SETPIPE_SZ take the system's memory",
        (Condition(1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032, 1034)),),
        # On a terminal F_SETFL with O_ASYNC needs no F_SETOWN: with the next key pressed, SIGIO ends the grader.
        unless=(Condition(1, (4,)), Condition(2, (_O_ASYNC,), _O_ASYNC)),
    ),
)

_PRETENDED = (
    _refuse(
        "Landlock covers neither modes nor owners nor times, and shutil.copy must not fail",
        """chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes futimesat utimensat""",
        PRETEND,
    ),
    _refuse(
        "it could slow the grader down, and libzmq aborts where it fails",
        "sched_setscheduler sched_setparam sched_setattr sched_setaffinity setpriority",
        PRETEND,
    ),
    _refuse(
        "Landlock doesn't cover extended attributes; a file system without them is nothing new to shutil",
        """setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr
        lremovexattr fremovexattr setxattrat getxattrat listxattrat removexattrat""",
        fail_with(errno.ENOTSUP),
    ),
)

# Without these rules the calls would fail all the same; but "Operation not permitted" tells a student what happened.
_REFUSED = (
    _refuse(
        "a connection, or a message, that the grader did not ask for", "socket connect bind listen sendmsg sendmmsg"
    ),
    _refuse("another process, or another program", "fork vfork execve execveat"),
    _refuse(
        "signals, which could end the grader or other kernels",
        "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal process_mrelease",
    ),
    _refuse(
        "another process's memory and files",
        "pidfd_getfd ptrace process_vm_readv process_vm_writev process_madvise kcmp migrate_pages move_pages",
    ),
    _refuse(
        "memory that counts for nobody, or outlives the process",
        """memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl
        semtimedop mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr keyctl add_key
        request_key""",
    ),
    _refuse(
        "large parts of the Linux kernel, often broken out of, that computing needs nothing of",
        """userfaultfd io_uring_setup io_uring_enter io_uring_register bpf perf_event_open splice tee vmsplice
        mbind set_mempolicy set_mempolicy_home_node modify_ldt personality lookup_dcookie nfsservctl""",
    ),
    _refuse(
        "another view of the file system, or ways round its paths",
        """unshare setns mount umount2 pivot_root chroot fsopen fsmount fsconfig fspick open_tree open_tree_attr
        move_mount mount_setattr open_by_handle_at name_to_handle_at mknod mknodat""",
    ),
    _refuse(
        "watching what others do with files",
        "fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch inotify_rm_watch",
    ),
    _refuse(
        "another user, or another session than the one that the grader ends",
        """setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset setpgid setsid""",
    ),
    _refuse(
        "the seal itself, which is complete",
        "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    ),
    _refuse(
        "the machine's administration",
        """init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff quotactl
        quotactl_fd acct settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname iopl ioperm
        ioprio_set syslog vhangup""",
    ),
)

_COVERED = (_allow("each file that can be truncated could be written to as well", "open openat openat2 truncate"),)

_O_TRUNC = 0x200
# O_RDONLY, O_WRONLY and O_RDWR; O_TRUNC with the latter two alone, since Landlock then asks for the right to write.
# With access mode 3 (neither reading nor writing) it asks for no right at all.
_OPENINGS = (0, 1, 2, _O_TRUNC | 1, _O_TRUNC | 2)
_NOT_COVERED = (
    _refuse("Landlock before ABI 3 does not know of it", "truncate"),
    _allow_if("to truncate, ask to write", "open", Condition(1, _OPENINGS, _O_TRUNC | 3)),
    _allow_if("to truncate, ask to write", "openat", Condition(2, _OPENINGS, _O_TRUNC | 3)),
    _refuse("its flags lie in memory, where a filter can't look", "openat2", UNNAMED),
)
