"""Grades the grader: are right notebooks full, is each mistake named, and do the cases tell all mistakes apart?

An author provides `reference/<id>_sources.py`: `STYLES`, the names of ways to write code; `source(function,
misconceptions, style, **options)`, a function's source with these misconceptions, or None where it can't have them; and
`fill(cell, functions)`, a code cell of the sheet as filled in with these functions' sources.
"""

from grader.selftest.run import SelfTest, run_selftest
from grader.selftest.summary import summary

__all__ = ["SelfTest", "run_selftest", "summary"]
