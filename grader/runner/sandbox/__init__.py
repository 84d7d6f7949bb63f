"""What seals a kernel: layers as data, and which of them this machine has."""

from grader.runner.sandbox.layers import Bounds, Layer, Sandbox
from grader.runner.sandbox.search import SandboxChoice, find_sandbox

__all__ = ["Bounds", "Layer", "Sandbox", "SandboxChoice", "find_sandbox"]
