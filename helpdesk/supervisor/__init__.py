"""Embedded mode: one command starts and keeps alive every process of the journey, and leaves none behind."""

from helpdesk.supervisor.loop import Supervisor
from helpdesk.supervisor.plan import Plan, make_plan

__all__ = ["Plan", "Supervisor", "make_plan"]
