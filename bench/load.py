"""Fires prepared requests at a web server over several kept connections at once, at little cost of its own."""

import socket
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

END = b"\r\n\r\n"


@dataclass
class Fired:
    """What came back: how many of each status, how long each answer took, and how long all of them."""

    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    strange: bytes = b""  # one answer that was not 201


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """One POST of JSON as it goes over the wire."""
    whole = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in whole.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def fire(requests: list[bytes], clients: int, address: tuple[str, int]) -> Fired:
    """Every request once, by so many clients of which each waits for an answer before it sends the next."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        shares = pool.map(lambda nth: _one(islice(requests, nth, None, clients), address), range(clients))
        told = Fired()
        for share in shares:
            told.statuses += share.statuses
            told.milliseconds += share.milliseconds
            told.strange = told.strange or share.strange
    told.seconds = time.perf_counter() - began
    return told


def _one(requests: Iterable[bytes], address: tuple[str, int]) -> Fired:
    told = Fired()
    with socket.create_connection(address, timeout=60) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for each in requests:
            began = time.perf_counter()
            link.sendall(each)
            status, answer = _answer(link)
            told.milliseconds.append((time.perf_counter() - began) * 1000)
            told.statuses[status] += 1
            if status != 201:
                told.strange = answer
    return told


def _answer(link: socket.socket) -> tuple[int, bytes]:
    """A status and everything that belongs to it; the server says how long a body is."""
    read = b""
    while END not in read:
        read += _more(link)
    head, body = read.split(END, 1)
    lines = head.lower().split(b"\r\n")
    length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _more(link)
    return int(head.split(b" ", 2)[1]), head + END + body


def _more(link: socket.socket) -> bytes:
    chunk = link.recv(65536)
    if not chunk:
        raise ConnectionError("the server hung up")
    return chunk
