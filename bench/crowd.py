"""Clients in processes of their own that all strike at the same moment, over HTTP and nothing else."""

import http.client
import json
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Strike:
    """One POST."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many milliseconds."""

    status: int
    code: str
    milliseconds: float


class Crowd:
    """So many waiting processes; each round gives each of them one request."""

    def __init__(self, size: int, host: str, port: int) -> None:
        self.barrier = SPAWN.Barrier(size)  # the children find it by name: it must live as long as they start
        self.pipes: list[Connection] = []
        self.processes: list[Any] = []
        for _client in range(size):
            ours, theirs = SPAWN.Pipe()
            process = SPAWN.Process(target=client, args=(theirs, self.barrier, host, port), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)

    def strike(self, strikes: list[Strike]) -> list[Answer]:
        """All at once; every client answers."""
        for pipe, strike in zip(self.pipes, strikes, strict=True):
            pipe.send(strike)
        return [pipe.recv() for pipe in self.pipes]

    def go_home(self) -> None:
        """Everybody leaves."""
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)


def client(pipe: Connection, barrier: Barrier, host: str, port: int) -> None:
    """One client's life: take a request, wait for the others, send it, say what came back."""
    link = http.client.HTTPConnection(host, port, timeout=60)
    while (strike := pipe.recv()) is not None:
        barrier.wait(120)
        pipe.send(sent(link, strike))
    link.close()


def sent(link: http.client.HTTPConnection, strike: Strike) -> Answer:
    """One request and its answer; a lost connection is status 0."""
    began = time.perf_counter()
    try:
        link.request("POST", strike.path, json.dumps(strike.body), {"Content-Type": "application/json", **strike.headers})
        response = link.getresponse()
        body = json.loads(response.read() or b"{}")
        status, code = response.status, body.get("code", "")
    except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        link.close()
        status, code = 0, type(error).__name__
    return Answer(status, code, (time.perf_counter() - began) * 1000)
