"""Embedded mode: one supervisor per data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.supervisor.refusal import CannotStart


@contextmanager
def data_folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder; the kernel lets go of it however this process ends. Raises CannotStart when it is held."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CannotStart(
                f"Sahayata already runs on {folder} (process {file.read().strip() or 'unknown'}). "
                "Stop it, or give another DATA_DIR= and PORT= for a second copy."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
