"""A server on loopback for the nightly run: speeches, which have not changed for those who have them.

Run as ``python -m tests.benchmarks.suite.server``; it prints its port and answers until it is ended.
"""

from __future__ import annotations

import asyncio

from tests.benchmarks.suite.nights import TAG
from tests.nights import write_speech


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            writer.write(_reply(await reader.readuntil(b"\r\n\r\n")))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _reply(head: bytes) -> bytes:
    path = head.split(b" ", 2)[1]
    tag = b"ETag: " + TAG.encode() + b"\r\n"
    if TAG.encode() in head:
        return b"HTTP/1.1 304 Not Modified\r\n" + tag + b"\r\n"
    if not path[1:].isdigit():
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    body = write_speech(number=int(path[1:])).encode()
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (tag, len(body), body)


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
