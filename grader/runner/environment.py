"""The environment variables of zygotes and kernels: no more of the grader's own than an interpreter needs."""

from __future__ import annotations

import os
from pathlib import Path

_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH")
_HOME_VARIABLES = ("HOME", "TMPDIR", "TMP", "TEMP", "USERPROFILE", "XDG_CACHE_HOME")
_SAME_NUMBERS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    # What np.empty finds in fresh memory is this, and not whatever was there: else reports differ from run to run.
    "MALLOC_PERTURB_": "90",
    # An arena a thread reserves 64 MiB of address space each, which the limit on memory would count.
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def kernel_environment(scratch: Path) -> dict[str, str]:
    """The same numbers on whatever machine it is, and every place to write to inside `scratch`."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = {
        **dict.fromkeys(_HOME_VARIABLES, str(scratch)),
        "MPLCONFIGDIR": str(scratch / ".matplotlib"),
        "IPYTHONDIR": str(scratch / ".ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch / ".jupyter"),
    }
    return {**kept, **places, **_SAME_NUMBERS}
