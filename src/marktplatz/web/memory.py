"""What is loaded at the start stays for good, so it need not be looked through for rubbish."""

import ctypes
import gc
from contextlib import suppress
from typing import Final

from marktplatz.usecases.scored import prepare_scoring

_ARENAS, _MAP_FROM, _TRIM_FROM = -8, -3, -1
"""glibc's names of what `mallopt` sets."""
_ALLOCATOR: Final = ((_ARENAS, 1), (_MAP_FROM, 512 * 1024), (_TRIM_FROM, 1024 * 1024))
"""One arena for all threads, since each keeps what it once had: 40 MiB on an evening. What is large comes from the system and goes
back to it, instead of leaving holes."""


def settle() -> None:
    """Called once, when all is loaded: to look through it again would hold up everybody; what requests leave is found soon.

    The lexicon too, which takes a second and is 200,000 objects: else the first participant who asks who is free waits for it, and
    after that everybody whenever rubbish is looked for.
    """
    keep_little()
    prepare_scoring()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def keep_little() -> None:
    """Where the C library is glibc; others keep little by themselves."""
    with suppress(OSError, AttributeError, TypeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, value in _ALLOCATOR:
            set_option(option, value)
