"""Tying a process to the one that started it, so that it is killed when that one ends in whatever way.

Also a program: `python tether.py PARENT USER GROUP COMMAND...` ties itself, gives up root where USER and
GROUP are ids ("-" for no change), and becomes COMMAND. A program of its own, because Python must not run
between fork and exec of a process with threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the process `parent`, which must be ours, dies.

    SIGKILL because the polite signals may be ignored or wait for work to end, and nothing here is lost by it:
    rows are committed or not, and the broker has written its file before it answered. The signal follows the
    *thread* that started this process, so start children from the main thread. Systems other than Linux have
    no such signal.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the request was made
        os._exit(1)


def main() -> None:
    """Become the command, tied and without root where so asked."""
    parent, user, group, *command = sys.argv[1:]
    if user != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    die_with(int(parent))  # last, because the kernel forgets the request when the user changes
    os.execvp(command[0], command)  # noqa: S606 -- that is the point


if __name__ == "__main__":
    main()
