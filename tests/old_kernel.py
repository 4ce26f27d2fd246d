"""A command run as on an older kernel: calls that it does not know are answered by this one as by that.

``python -m tests.old_kernel landlock,seccomp COMMAND ...``
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from typing import Final

LACKING: Final = {
    "landlock": {"x86_64": 444, "aarch64": 444},
    "seccomp": {"x86_64": 317, "aarch64": 277},
}
"""The call by which each is set up, on each machine."""
_NO_NEW_PRIVILEGES, _SET_FILTER, _BY_FILTER = 38, 22, 2
_LOAD_NUMBER, _RETURN_ALLOW, _RETURN_UNKNOWN = (
    (0x20, 0, 0, 0),
    (0x06, 0, 0, 0x7FFF0000),
    (0x06, 0, 0, 0x00050026),
)


def forget_calls(lacking: str) -> None:
    """Have the kernel answer the calls of what it shall lack with ENOSYS, here and in all that is started."""
    if not lacking:
        return
    numbers = [LACKING[name][platform.machine()] for name in lacking.split(",")]
    steps = [_LOAD_NUMBER]
    for number in numbers:
        steps += [(0x15, 0, 1, number), _RETURN_UNKNOWN]
    code = b"".join(struct.pack("HBBI", *step) for step in (*steps, _RETURN_ALLOW))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(code) // 8, ctypes.addressof(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    assert library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    assert library.prctl(_SET_FILTER, _BY_FILTER, ctypes.c_char_p(program), 0, 0) == 0


if __name__ == "__main__":
    _lacking, *_command = sys.argv[1:]
    forget_calls(_lacking)
    os.execv(_command[0], _command)  # noqa: S606 (what a test names)
