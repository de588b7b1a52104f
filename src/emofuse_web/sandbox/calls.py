"""A filter of system calls: none that reach other processes, namespaces, keys, devices or the network.

What an analysis needs is not listed (torch and ONNX Runtime need much, and something new with each release); what nobody's
analysis needs is refused, the calls by which sandboxes have been left first.
"""

import ctypes
import errno
import struct

from emofuse_web.sandbox import kernel

# name: numbers on (x86_64, aarch64); None where a machine has none
_REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "setsid": (112, 157),  # whoever stays in the child's session is killed with it
    "socket": (41, 198),  # of every family: Landlock lets a process connect to the socket file of a database, or of Docker
    "connect": (42, 203),
    "bind": (49, 200),
}
_SOCKETPAIR, _CLONE, _CLONE3 = (53, 199), (56, 220), (435, 435)
_MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}  # column above, AUDIT_ARCH
_NAMESPACES = 0x7E02_0080  # CLONE_NEW*: user, process, network, ... namespaces
_LETTERS = 0x2  # in SOCK_DGRAM and SOCK_RAW, not in SOCK_STREAM and SOCK_SEQPACKET: one of a pair could still send to any socket file
_X32 = 0x4000_0000  # another numbering of the same calls

_LOAD, _EQUAL, _ANY, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JSET|K, BPF_RET|K
_ALLOW, _KILL, _ERROR = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # offsets in struct seccomp_data


def known() -> bool:
    """Whether there is a filter for this kind of machine."""
    return kernel.LINUX and kernel.machine() in _MACHINES


def filtered() -> None:
    """Refuse those calls from here on. Needs no_new_privs.

    Raises:
        OSError: The kernel has no filters.
    """
    code = _program(*_MACHINES[kernel.machine()])
    text = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP" if ctypes.sizeof(ctypes.c_void_p) == 8 else "HxxP", len(code) // 8, ctypes.addressof(text))
    held = ctypes.create_string_buffer(program)
    kernel.prctl(kernel.PR_SET_SECCOMP, 2, ctypes.addressof(held))


def _program(column: int, arch: int) -> bytes:
    """The filter in the kernel's own language: (code, jump if true, jump if false, value)."""
    refuse = [(_RETURN, 0, 0, _ERROR | errno.EPERM)]
    steps = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    if column == 0:
        steps += [(_ANY, 0, 1, _X32), *refuse]
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            steps += [(_EQUAL, 0, 1, number), *refuse]
    steps += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERROR | errno.ENOSYS)]  # its flags cannot be seen; clone's can
    steps += [(_EQUAL, 0, 4, _CLONE[column]), (_LOAD, 0, 0, _FIRST), (_ANY, 0, 1, _NAMESPACES), *refuse, (_RETURN, 0, 0, _ALLOW)]
    steps += [(_EQUAL, 0, 3, _SOCKETPAIR[column]), (_LOAD, 0, 0, _SECOND), (_ANY, 0, 1, _LETTERS), *refuse]
    steps += [(_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
