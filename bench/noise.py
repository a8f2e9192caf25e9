"""What the machine did beside the measurement: the share of its time that was stolen, and how long a flush to disk takes."""

import os
import statistics
import tempfile
import time
from pathlib import Path

FLUSHES, PAGE = 20, b"\0" * 8192


class Noise:
    """From here on: call it as often as wanted, it answers for the whole time and every flush so far."""

    def __init__(self) -> None:
        self.began = _ticks()
        self.flushes: list[float] = []

    def flush(self) -> None:
        """Times some writes of a page to disk, in the folder where databases of measurements lie."""
        with tempfile.NamedTemporaryFile(prefix="ref-bench-flush-") as file:
            for _ in range(FLUSHES):
                file.write(PAGE)
                file.flush()
                began = time.perf_counter()
                os.fdatasync(file.fileno())
                self.flushes.append((time.perf_counter() - began) * 1000)

    def told(self) -> dict[str, float]:
        """Stolen time and load in the machine's own words, and the median flush."""
        (stolen, whole), load = (now - then for now, then in zip(_ticks(), self.began, strict=True)), os.getloadavg()[0]
        return {
            "stolen_percent": round(100 * stolen / max(whole, 1), 1),
            "load": round(load, 1),
            "fdatasync_median_ms": round(statistics.median(self.flushes), 2) if self.flushes else 0.0,
        }


def _ticks() -> tuple[int, int]:
    """Ticks stolen and ticks in all since the machine started; guests' are within users' already."""
    numbers = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return numbers[7], sum(numbers)
