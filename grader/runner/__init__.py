"""The grader's side of the boundary to student code.

`Runner` is the seam: the pipeline knows nothing else. Behind it stands `KernelRunner`, or in tests a fake.
"""

from grader.runner.kernel_runner import KernelRunner
from grader.runner.protocol import Runner

__all__ = ["KernelRunner", "Runner"]
