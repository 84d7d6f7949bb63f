"""Grades the grader: are right notebooks full, is each mistake named, and do the cases tell all mistakes apart?

An author provides `reference/<id>_sources.py`: `STYLES`, the names of ways to write code; `source(function,
misconceptions, style, **options)`, a function's source with these misconceptions, or None where it can't have them; and
`fill(cells, functions, style, lost=None)`: the sheet's code cells, in order, as filled in with these functions' sources
and with all plots, drawn from what the functions return. `lost` is (exercise, criterion) of a plot: it is drawn so that
this criterion is lost, and no other.
"""

from grader.selftest.run import SelfTest, run_selftest
from grader.selftest.summary import summary

__all__ = ["SelfTest", "run_selftest", "summary"]
