"""Exports: where the files lie: under names nobody guesses, readable by this service only, one writer at a time."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from cases.models import Export

_FORGOTTEN_AFTER = timedelta(days=1)


def folder() -> Path:
    """Beside the photos; never served as files."""
    found = Path(settings.MEDIA_ROOT) / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def new_name(form: str, mark: str) -> str:
    """192 random bits, and the mark of the places its officer is posted to."""
    return f"{secrets.token_hex(24)}-{mark}.{form}"


def mark_in(name: str) -> str:
    """The mark in a name."""
    return Path(name).stem.rpartition("-")[2]


def place_of(export: Export) -> Path:
    """Where its file is, or will be."""
    return folder() / Path(export.path).name


def workshop_of(export: Export) -> Path:
    """A folder for what a workbook is made from; empty."""
    found = place_of(export).with_suffix(".d")
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(mode=0o700)
    return found


def clear(workshop: Path) -> None:
    """The workbook is made."""
    shutil.rmtree(workshop, ignore_errors=True)


def remove(name: str) -> None:
    """The file and what it was being made from."""
    if name:
        found = folder() / Path(name).name
        found.unlink(missing_ok=True)
        shutil.rmtree(found.with_suffix(".d"), ignore_errors=True)


@contextmanager
def only_one() -> Iterator[bool]:
    """Whether nobody else writes: the two workers of an office also keep its clock, so files take one at most.

    The system drops the lock of a process that dies, however it dies.
    """
    handle = os.open(folder() / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def sweep(kept: set[str], at: float) -> int:
    """Remove what belongs to no export and has not been touched for a day; how many."""
    known = {".lock", *kept, *(Path(name).with_suffix(".d").name for name in kept)}
    old = at - _FORGOTTEN_AFTER.total_seconds()
    found = [one for one in folder().iterdir() if one.name not in known and one.stat().st_mtime < old]
    for one in found:
        shutil.rmtree(one) if one.is_dir() else one.unlink(missing_ok=True)
    return len(found)
