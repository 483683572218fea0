"""A program: sets the documents that it reads from standard input and writes PDFs to standard output.

It runs alone, in a process that can be ended, because it is given words that anyone may have typed: it may use
little memory and processor time, write no file and open no connection.

A job is a line with a JSON object: `memo` (the outline), `paper` (a paper size of Typst) and `created` (seconds
since 1970). The answer is a line with a JSON object, either {"length": bytes}, and so many bytes of PDF after it,
or {"error": words}.
"""

from __future__ import annotations

import ctypes
import json
import platform
import resource
import struct
import sys
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).resolve().parent
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space."""
SECONDS = 10
"""Of processor time for one document."""

_AUDIT_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""What Linux calls each architecture in a filter, and the number of its system call that makes a socket."""


def confine() -> None:
    """Limit this process for good.

    Raises:
        OSError: the system refused to.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    known = _AUDIT_ARCHITECTURES.get(platform.machine())
    if sys.platform == "linux" and known:
        _refuse_sockets(*known)


def _refuse_sockets(architecture: int, socket_call: int) -> None:
    """Have the kernel answer every attempt to make a socket with "permission denied"."""
    load, equal, give = 0x20, 0x15, 0x06
    allow, deny = 0x7FFF0000, 0x00050000 | 13
    steps = (
        (load, 0, 0, 4),  # the architecture
        (equal, 0, 3, architecture),
        (load, 0, 0, 0),  # the number of the system call
        (equal, 0, 1, socket_call),
        (give, 0, 0, deny),
        (give, 0, 0, allow),
    )
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    filters = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_filter, by_filter = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.prctl(set_filter, by_filter, filters, 0, 0):
        raise OSError(ctypes.get_errno(), "could not confine the process")


def limit_time() -> None:
    """Give this process so much processor time from now on; when it has used that up, the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


def typeset(compiler: typst.Compiler, asked: dict[str, Any]) -> bytes:
    """The PDF of one job.

    Raises:
        typst.TypstError: it cannot be set.
    """
    document = compiler.compile(
        format="pdf",
        sys_inputs={"memo": json.dumps(asked["memo"], ensure_ascii=False), "paper": asked["paper"]},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=asked["created"],
    )
    assert isinstance(document, bytes)
    return document


def main() -> None:
    """Set documents until there are no more."""
    confine()
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")]
    )
    compiler = typst.Compiler(str(HERE / "memo.typ"), root=str(HERE), font_paths=fonts)
    answers = sys.stdout.buffer
    for line in sys.stdin.buffer:
        limit_time()
        try:
            document = typeset(compiler, json.loads(line))
        except typst.TypstError as error:
            answers.write(json.dumps({"error": "; ".join((error.message, *error.hints))}).encode() + b"\n")
        else:
            answers.write(json.dumps({"length": len(document)}).encode() + b"\n" + document)
        answers.flush()


if __name__ == "__main__":
    main()
