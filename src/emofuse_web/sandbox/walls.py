"""How much a child may use."""

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Walls:
    """Limits of one child and all that it starts.

    Args:
        memory: Bytes of address space of each process; torch and ONNX Runtime reserve more than they use.
        cpu: Seconds of processor time of each process.
        file: Bytes of the largest file it may write.
        disk: Bytes it may hold in its folder.
        processes: Processes and threads at a time.
        files: Files that it may hold open at a time.
        threads: Threads that sums are spread over.
    """

    memory: int = 6 * GIB
    cpu: int = 3600
    file: int = 4 * GIB
    disk: int = 12 * GIB
    processes: int = 128
    files: int = 256
    threads: int = 2
