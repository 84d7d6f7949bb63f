"""Plain nbclient: a fresh stock kernel for each notebook, with everything as it comes (pictures are drawn inline)."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient


class _ThisPython(KernelSpecManager):
    """Needs no installed kernel, and takes no other one for it."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


class _Manager(AsyncKernelManager):
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return _ThisPython(parent=self.parent)


class Nbclient:
    def run(self, notebook: Path) -> None:
        """Raises where a cell does."""
        content = nbformat.read(notebook, as_version=4)
        NotebookClient(content, kernel_manager_class=_Manager, kernel_name="python3").execute()
        pictures = sum("image/png" in one.get("data", {}) for cell in content.cells for one in cell.get("outputs", []))
        if not pictures:
            message = f"{notebook}: no picture was drawn"
            raise RuntimeError(message)

    def close(self) -> None:
        """Its kernels have ended."""
