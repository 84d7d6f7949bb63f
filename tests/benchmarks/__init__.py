"""`python -m tests.benchmarks`: CPU, wall time and memory a submission, beside what others take for the same work.

Only ratios mean something: contenders take turns on the same notebooks in one run, so whatever else the machine does
meets all of them alike. Each has a process of its own, and all that it starts is counted with it.
"""
