"""Where processes count: a folder for each, locked for as long as its process lives.

prometheus_client keeps numbers in mapped files, so that a kill loses none. A lock, unlike a process
id, tells across containers and reboots who is alive. What a dead process has counted is added to
`past`, so that no sum ever goes down; its gauges go with it. When nothing else is alive, a new
process begins with nothing.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

logger = logging.getLogger(__name__)
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PAST = "past"
LOCK = "lock"
HORSE = "horse"
# What the reader meets in a file that was cut off or overwritten.
UNREADABLE = (RuntimeError, ValueError, IndexError, struct.error)
ADDED_UP = ("counter", "histogram")
# Files are given their room at once: a mapped file that grows on a full disk ends its process.
ROOM_BYTES = {
    "counter": 1 << 20,
    "histogram": 4 << 20,
    "gauge_livesum": 1 << 16,
    "gauge_liveall": 1 << 16,
}

_opening = threading.Lock()
_folder: Path | None = None
_group_lock: int | None = None
_is_horse = False
_has_failed = False


def open_group(folder: str, role: str) -> bool:
    """Make this process a folder to count in and return whether it has one.

    A folder that can't be written to is told once; then nothing is counted.
    """
    global _folder, _group_lock, _has_failed
    with _opening:
        if _group_lock is not None or _has_failed:
            return not _has_failed
        try:
            _folder = Path(folder).resolve()
            _folder.mkdir(parents=True, exist_ok=True)
            with _locked(_folder):
                _clear(_folder)
                _group_lock = _new_group(_folder / f"{role}-{os.urandom(4).hex()}")
        except OSError as error:
            _has_failed = True
            logger.warning("nothing is counted", extra={"reason": error.strerror})
            return False
    return True


def close_group() -> None:
    """Give this process's folder up."""
    global _group_lock, _has_failed, _is_horse
    _has_failed = _is_horse = False
    if _group_lock is not None:
        os.close(_group_lock)
        _group_lock = None


def enter_horse() -> None:
    """Count, in a process forked for one job, in the one file of its worker's such processes.

    Raises: OSError.
    """
    global _is_horse
    if not _is_horse and _group_lock is not None:
        _is_horse = True
        _make_room(Path(os.environ[VARIABLE]))


def collect() -> Iterable[Any]:
    """Return the metrics of all processes that count in this process's folder."""
    if _folder is None or not _folder.exists():
        return []
    with _locked(_folder):
        _clear(_folder)
        files = [file for file in _folder.glob("*/*.db") if not _is_gauge_of_a_horse(file)]
        try:
            return _merged(files)
        except UNREADABLE:
            return _merged([file for file in files if _values(file)])


def _merged(files: Iterable[Path]) -> list[Any]:
    return list(MultiProcessCollector.merge([str(file) for file in files]))


def _values(file: Path) -> list[tuple[str, float]]:
    """Return a file's keys and numbers, none where it can't be read."""
    try:
        found = list(MmapedDict.read_all_values_from_file(str(file)))
    except UNREADABLE as error:
        logger.warning("a file of metrics can't be read", extra={"kind": type(error).__name__})
        return []
    return [(key, value) for key, value, _, _ in found]


def _new_group(group: Path) -> int:
    group.mkdir()
    lock = os.open(group / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.environ[VARIABLE] = str(group)
    _make_room(group)
    values.ValueClass = values.MultiProcessValue(_identity)
    return lock


def _make_room(group: Path) -> None:
    for kind, count in ROOM_BYTES.items():
        with (group / f"{kind}_{_identity()}.db").open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, count)


def _identity() -> str:
    """Return what no other process of this folder is called at the same time."""
    return HORSE if _is_horse else str(os.getpid())


def _is_gauge_of_a_horse(file: Path) -> bool:
    """Tell whether a killed work-horse may have left a number that nobody takes back."""
    return file.name.startswith("gauge") and file.stem.endswith(HORSE)


def _clear(folder: Path) -> None:
    """Add up what dead processes counted, or forget all of it where nobody else is alive."""
    groups = [group for group in folder.iterdir() if (group / LOCK).exists()]
    dead = [group for group in groups if not _is_alive(group)]
    if len(dead) == len(groups):
        shutil.rmtree(folder / PAST, ignore_errors=True)
    else:
        _add_to_past(folder, dead)
    for group in dead:
        shutil.rmtree(group, ignore_errors=True)


def _is_alive(group: Path) -> bool:
    lock = os.open(group / LOCK, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def _add_to_past(folder: Path, dead: list[Path]) -> None:
    for kind in ADDED_UP:
        files = [file for group in dead for file in group.glob(f"{kind}_*.db")]
        if files:
            (folder / PAST).mkdir(exist_ok=True)
            _add_up(folder / PAST / f"{kind}_{PAST}.db", files)


def _add_up(past: Path, files: list[Path]) -> None:
    """Add files into one, which changes all at once."""
    draft = past.with_suffix(".new")
    if past.exists():
        shutil.copyfile(past, draft)
    total = MmapedDict(str(draft))
    for file in files:
        for key, value in _values(file):
            before, _ = total.read_value(key)
            total.write_value(key, before + value, 0.0)
    total.close()
    draft.replace(past)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time look through the folder."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        with suppress(OSError):
            os.close(lock)
