"""Sockets of all kinds, on loopback and in a folder, that write down what they get."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

import zmq

_LARGEST = 65536
_LOOPBACK = "127.0.0.1"


class Listeners:
    """All in one thread: TCP, UDP, Unix stream and datagram, an abstract one, and a zmq router as kernels have it."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(mode=0o777)
        self._heard: list[bytes] = []
        self._ended = threading.Event()
        self._selector = selectors.DefaultSelector()
        self.abstract = f"\0{name}"
        self.stream, self.datagram, self.router = (str(folder / kind) for kind in ("stream", "datagram", "s-1"))
        self.tcp = self._open(socket.AF_INET, socket.SOCK_STREAM, (_LOOPBACK, 0))[1]
        self.udp = self._open(socket.AF_INET, socket.SOCK_DGRAM, (_LOOPBACK, 0))[1]
        self._open(socket.AF_UNIX, socket.SOCK_STREAM, self.stream)
        self._open(socket.AF_UNIX, socket.SOCK_DGRAM, self.datagram)
        self._open(socket.AF_UNIX, socket.SOCK_STREAM, self.abstract)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._router = self._context.socket(zmq.ROUTER)
        self._router.bind(f"ipc://{self.router}")
        # Whoever can reach these may connect, whatever user it is: permissions are not what is tried.
        for path in folder.iterdir():
            path.chmod(0o777)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _open(self, family: int, kind: int, address: tuple[str, int] | str) -> tuple[str, int]:
        listener = socket.socket(family, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ)
        name = listener.getsockname()
        return name if isinstance(name, tuple) else (str(name), 0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
        self._router.close(0)
        self._context.term()

    def heard(self, name: str) -> bool:
        """Whether anything came that says `<name>`."""
        return any(f"<{name}>".encode() in one for one in self._heard)

    def _listen(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._selector.select(0.02):
                with suppress(OSError):
                    self._take(key.fileobj)  # type: ignore[arg-type]
            with suppress(zmq.ZMQError):
                self._heard.append(b"".join(self._router.recv_multipart(zmq.NOBLOCK)))

    def _take(self, listener: socket.socket) -> None:
        if listener.type == socket.SOCK_DGRAM:
            self._heard.append(listener.recv(_LARGEST))
            return
        connection = listener.accept()[0]
        with connection:
            connection.settimeout(0.5)
            self._heard.append(connection.recv(_LARGEST))
