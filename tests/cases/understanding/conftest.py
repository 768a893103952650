"""One gazetteer of all India for all tests of this folder."""

import os
from pathlib import Path

import pytest

from districts.gazetteer import Gazetteer, rows_from_csv

ROOT = Path(__file__).resolve().parents[3]


def geography() -> Path:
    """The project's CSV files, or the shared ones beside the project; FileNotFoundError if neither is there."""
    for folder in (ROOT / "districts" / "data", ROOT.parent / "shared" / "geo" / "clean"):
        if (folder / "places.csv").exists():
            return folder
    raise FileNotFoundError("no geography: neither districts/data nor ../shared/geo/clean has places.csv")


def tweets() -> Path:
    """The folder of the labelled development posts; skips the test where there is none."""
    folder = Path(os.environ.get("TWEETS_DIR", ROOT.parent / "shared" / "tweets"))
    if not (folder / "dev.jsonl").exists():
        pytest.skip(f"no labelled posts at {folder}: set TWEETS_DIR to the folder of dev.jsonl")
    return folder


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.build(*rows_from_csv(geography()))


@pytest.fixture(scope="session")
def tweets_folder() -> Path:
    return tweets()
