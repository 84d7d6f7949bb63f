"""The grader on a platform: `python -m grader.autograde PLATFORM` grades what lies where the platform puts it.

A platform starts this in a container of its own for each submission, and takes what stands in a results file. There it
must never find a zero that is nobody's: where the grader fails, it writes no results, and ends with an error.
"""
