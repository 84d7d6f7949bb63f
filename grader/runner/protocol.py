"""The seam between the grader and whatever runs student code."""

from __future__ import annotations

from typing import Protocol

from grader.assignment import Limits
from grader.model import Execution, ProbePlan, Submission


class Runner(Protocol):
    """Runs submissions and asks them what the plan says. Called from several threads at once."""

    def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        """Whatever the student's code does ends in an `Execution`.

        Raises InternalError only for a fault of the machine or of the grader.
        """

    def stop(self) -> None:
        """End all that is running, soon; what is running or comes later raises GradingStopped."""
