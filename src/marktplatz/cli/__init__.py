"""The command line: thin; every command imports late what it needs, so that `--help` is quick."""

import gc
import os
import sys

from marktplatz.errors import MarktplatzError


def main() -> None:
    """Run a command; a user's mistake becomes one line each on stderr and exit code 1, never a traceback."""
    from marktplatz.cli.commands import app

    # Markets and plans are many values without cycles; to look for some again and again took a third of the time.
    gc.set_threshold(200_000)
    try:
        app(prog_name="marktplatz")
    except MarktplatzError as error:
        from marktplatz.cli.terminal import print_findings

        print_findings(error.findings)
        sys.exit(1)
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
