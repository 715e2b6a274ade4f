"""A seccomp filter: system calls that no lesson needs and that an escape, or an unbounded cost, would.

The numbers are those of the kernel's tables for the two machines that classes run on; on others no filter is set.
"""

import ctypes
import os
import struct
from dataclasses import dataclass

from vgcourse.grading.confinement import linux

# name: (x86_64, aarch64)
_FORBIDDEN = {
    # other processes' memory
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "move_pages": (279, 239), "migrate_pages": (256, 238),
    # another view of the system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "setns": (308, 268), "unshare": (272, 97), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # parts of the system where faults have let programs out
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    # memory that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190),
    # the machine itself
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
}  # fmt: skip
_CLONE, _CLONE3, _SOCKET = (56, 220), 435, (41, 198)
_CONNECT, _SENDTO, _SENDMSG, _SENDMMSG = (42, 203), (44, 206), (46, 211), (307, 269)
_KILL, _TKILL, _TGKILL = (62, 129), (200, 130), (234, 131)
# On a shared system, which Landlock covers in part (and old versions of it less): signals by other doors, a file cut
# off by its path, and what changes how another process may run: it seems to succeed and does nothing, because ZeroMQ
# asks it for its own threads and ends where that is refused (the argument that names whom: itself is let through).
_OTHER_DOORS = {
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424),
    "truncate": (76, 45), "process_madvise": (440, 440),
}  # fmt: skip
_ON_WHOM = {
    "prlimit64": (302, 261, 0), "sched_setaffinity": (203, 122, 0), "sched_setscheduler": (144, 119, 0),
    "sched_setparam": (142, 118, 0), "sched_setattr": (314, 274, 0), "setpriority": (141, 140, 1),
    "ioprio_set": (251, 30, 1),
}  # fmt: skip
# Rights, owners, times and labels of any file that the user owns. These seem to succeed and do nothing: copying a
# file asks for them, and would stop where they were refused. None: this machine has no such call.
_OF_FILES = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000

_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
_ANY_NAMESPACE = 0x7E020000  # every CLONE_NEW flag that clone takes

_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS, _EOPNOTSUPP = 1, 38, 95
_NR, _ARCH_AT, _ARG0, _SENDTO_ADDRESS = 0, 4, 16, 16 + 4 * 8
_SET_MODE_FILTER = {"x86_64": 317, "aarch64": 277}


@dataclass(frozen=True)
class _Step:
    code: int
    value: int
    if_true: int = 0
    if_false: int = 0

    def packed(self) -> bytes:
        return struct.pack("HBBI", self.code, self.if_true, self.if_false, self.value)


def install(shared_system: bool) -> bool:
    """Put this process under the filter for good; False where this machine has no table.

    ``shared_system``: there are no namespaces, so connections, and signals to others, are refused here.
    Needs ``forbid_new_privileges`` first. Raises OSError where the kernel refuses.
    """
    machine = linux.machine()
    if machine is None:
        return False
    program = b"".join(step.packed() for step in _program(machine, shared_system))
    buffer = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    args = (ctypes.c_uint(1), ctypes.c_uint(0), ctypes.c_char_p(described))
    linux.syscall("seccomp", _SET_MODE_FILTER[machine], *args)
    return True


def _program(machine: str, shared_system: bool) -> list[_Step]:
    column = 0 if machine == "x86_64" else 1
    steps = [_Step(_LOAD, _ARCH_AT), _Step(_JEQ, _ARCH[machine], 1, 0), _Step(_RET, _KILL_PROCESS)]
    steps += [_Step(_LOAD, _NR)]
    if machine == "x86_64":
        steps += [_Step(_JGE, _X32, 0, 1), _Step(_RET, _ERRNO | _ENOSYS)]
    for numbers in _FORBIDDEN.values():
        steps += _refuse(numbers[column])
    # The arguments of clone3 are out of a filter's sight: glibc falls back on clone.
    steps += _refuse(_CLONE3, _ENOSYS)
    steps += _refuse_when_set(_CLONE[column], _ANY_NAMESPACE)
    steps += _refuse_unless(_SOCKET[column], _FAMILIES)
    if shared_system:
        steps += _keep_to_itself(column)
    return [*steps, _Step(_RET, _ALLOW)]


def _keep_to_itself(column: int) -> list[_Step]:
    """No message to an address, no signal to another process, no change of one, or of a file's rights."""
    steps = [step for call in (_CONNECT, _SENDMSG, _SENDMMSG, _TKILL) for step in _refuse(call[column])]
    own = os.getpid()
    steps += _refuse_unless(_KILL[column], (own, 0)) + _refuse_unless(_TGKILL[column], (own,))
    steps += [step for numbers in _OTHER_DOORS.values() for step in _refuse(numbers[column])]
    for *numbers, argument in _ON_WHOM.values():
        steps += _refuse_unless(numbers[column], (own, 0), argument, error=0)
    steps += [
        step for numbers in _OF_FILES.values() if numbers[column] is not None for step in _refuse(numbers[column], 0)
    ]
    low, high = _Step(_LOAD, _SENDTO_ADDRESS), _Step(_LOAD, _SENDTO_ADDRESS + 4)
    # ZeroMQ takes this error for a system without a list of interfaces, and ends the process at any other.
    refuse, reload = _Step(_RET, _ERRNO | _EOPNOTSUPP), _Step(_LOAD, _NR)
    inside = [low, _Step(_JEQ, 0, 1, 0), refuse, high, _Step(_JEQ, 0, 1, 0), refuse, reload]
    return [*steps, _Step(_JEQ, _SENDTO[column], 0, len(inside)), *inside]


def _refuse(number: int, error: int = _EPERM) -> list[_Step]:
    return [_Step(_JEQ, number, 0, 1), _Step(_RET, _ERRNO | error)]


def _refuse_when_set(number: int, bits: int) -> list[_Step]:
    inside = [_Step(_LOAD, _ARG0), _Step(_JSET, bits, 0, 1), _Step(_RET, _ERRNO | _EPERM), _Step(_LOAD, _NR)]
    return [_Step(_JEQ, number, 0, len(inside)), *inside]


def _refuse_unless(number: int, values: tuple[int, ...], argument: int = 0, error: int = _EPERM) -> list[_Step]:
    tests = [_Step(_JEQ, value, len(values) - place) for place, value in enumerate(values)]
    inside = [_Step(_LOAD, _ARG0 + 8 * argument), *tests, _Step(_RET, _ERRNO | error), _Step(_LOAD, _NR)]
    return [_Step(_JEQ, number, 0, len(inside)), *inside]
