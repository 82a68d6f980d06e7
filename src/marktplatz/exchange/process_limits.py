"""What a child process may use at most, set by itself before it does anything dangerous."""

import contextlib


def limit_process(memory_bytes: int, cpu_s: int) -> None:
    """Limit the memory and the processor time of this very process, and let it leave no core dump with people's data."""
    try:
        import resource
    except ImportError:  # Windows has none; there the parent's clock and its limit on the output remain
        return
    limits = {
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, both in limits.items():
        # A system may allow less than we ask for, or not know a limit at all.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, both)
