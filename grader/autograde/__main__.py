"""`python -m grader.autograde PLATFORM`: what a platform's container runs. Exit codes: 0 done; 1 not."""

from __future__ import annotations

import argparse
import io
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.autograde.grading import check_course
from grader.autograde.platforms import TERMS, Places, Platform, Terms
from grader.autograde.run import autograde, leave_no_zero
from grader.errors import GradingError
from grader.plaintext import one_line

_DONE, _FAILED = 0, 1
_LONGEST_LINE = 1000
_NOT_GRADED = "NOT GRADED. That is a failure of the autograder, and no score of 0."


def main(arguments: Sequence[str] | None = None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that this terminal's encoding lacks must cost nobody a grade.
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    options = _parser().parse_args(arguments)
    platform: Platform = options.platform
    terms, places = _terms_and_places(options)
    try:
        if options.check_course:
            check_course(places.course, _say)
        else:
            autograde(platform, places, terms, _say)
    except GradingError as error:
        _say(str(error))
    except OSError as error:
        _say(f"{error.filename or platform}: {error.strerror or error}.")
    except Exception:  # noqa: BLE001 - whatever it is, the platform must be told that there is no result
        _say(traceback.format_exc())
    else:
        return _DONE
    _say(_NOT_GRADED)
    return _DONE if not options.check_course and leave_no_zero(platform, places) else _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m grader.autograde", description="Grade what a platform has put there."
    )
    parser.add_argument("platform", type=Platform, choices=list(Platform))
    parser.add_argument("--root", type=Path, help="the folder of the platform's folders, such as /autograder")
    parser.add_argument("--course", type=Path, help="the course, if it isn't where the bundle has it")
    parser.add_argument("--timeout", type=float, help="after how many seconds the platform ends the container")
    parser.add_argument(
        "--check-course", action="store_true", help="look whether the course is sound, and grade nothing"
    )
    return parser


def _terms_and_places(options: argparse.Namespace) -> tuple[Terms, Places]:
    terms = TERMS[options.platform]
    if options.timeout is not None:
        terms = replace(terms, timeout_seconds=options.timeout)
    places = terms.places((options.root or terms.root).absolute())
    return terms, places if options.course is None else replace(places, course=options.course.absolute())


def _say(text: str) -> None:
    """On the standard output: Gradescope and PrairieLearn keep it for instructors."""
    for line in text.splitlines():
        print(one_line(line, _LONGEST_LINE))  # noqa: T201 - the only place that prints


if __name__ == "__main__":
    sys.exit(main())
