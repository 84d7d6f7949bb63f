"""A class's download ─▶ submissions: who handed in what, which notebook counts, and what was refused or left out."""

from grader.intake.find import find_submissions
from grader.intake.handed_in import Intake, Layout, Skipped

__all__ = ["Intake", "Layout", "Skipped", "find_submissions"]
