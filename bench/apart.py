"""A command in a process of its own, and the most memory that it ever held.

Linux counts among a process's own what its parent held when it was begun; so one that holds little
begins it, and tells.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import IO, Final

_BEGINNING: Final = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(str(held))
sys.exit(status)
"""


def run_apart(
    words: Sequence[str], environment: Mapping[str, str], said: IO[str]
) -> tuple[int, float]:
    """The exit status of Python with these words, and the megabytes it held at most.

    All that it says is written to ``said``.
    """
    with NamedTemporaryFile("r", encoding="utf-8") as held:
        done = subprocess.run(
            [sys.executable, "-c", _BEGINNING, held.name, sys.executable, *words],
            env=dict(environment),
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, int(held.read() or 0) / 1024
