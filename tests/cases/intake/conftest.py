"""Intake is tested against a simulated X."""

from tests.cases.x_fixtures import x

__all__ = ["x"]
