#!/usr/bin/env bash
# Gradescope runs this once, as root and with a network, when it builds the autograder's image.
#
# GRADER_ROOT    where Gradescope's folders are (default: /autograder)
# GRADER_PYTHON  which Python to take (default: the newest from 3.11 on; if there is none, it is installed)
# pip's own variables (PIP_INDEX_URL, PIP_FIND_LINKS, PIP_NO_INDEX, ...) hold as ever.
set -euo pipefail

root="${GRADER_ROOT:-/autograder}"
source="$root/source"
environment="$root/grader-env"
export DEBIAN_FRONTEND=noninteractive

is_usable() { # a Python that the grader runs on, with what makes environments
  command -v "$1" >/dev/null && "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

first_usable() {
  local name
  for name in ${GRADER_PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
    if is_usable "$name"; then
      echo "$name"
      return
    fi
  done
  return 1
}

install_with_apt() { # version
  apt-get install -y --no-install-recommends "python$1" "python$1-venv"
}

install_python() {
  if ! command -v apt-get >/dev/null; then
    echo "There is no Python 3.11 or newer here, and no apt-get to install one." >&2
    echo "Choose one of Gradescope's Ubuntu base images, or install Python at the top of setup.sh." >&2
    return 1
  fi
  apt-get update
  # Ubuntu 24.04 has 3.12. On 22.04 there is 3.11 as well, but a release candidate of it: the PPA that everybody takes
  # comes first.
  install_with_apt 3.12 || install_from_ppa 3.12 || install_with_apt 3.11
}

install_from_ppa() { # version
  (command -v add-apt-repository >/dev/null || apt-get install -y --no-install-recommends software-properties-common) &&
    add-apt-repository -y ppa:deadsnakes/ppa && apt-get update && install_with_apt "$1"
}

if ! python=$(first_usable); then
  [ -n "${GRADER_PYTHON:-}" ] || install_python
  python=$(first_usable) || {
    echo "${GRADER_PYTHON:-What was installed} is no Python of 3.11 or newer that can make environments (venv)." >&2
    exit 1
  }
fi
echo "The grader runs on $("$python" --version) ($(command -v "$python"))."

"$python" -m venv --clear "$environment"
"$environment/bin/python" -m pip install --no-cache-dir --disable-pip-version-check \
  -r "$source/requirements.txt" "$source"/neural_computation_grader-*.whl

# Once here, instead of at each submission: the list of fonts, and all modules compiled.
MPLCONFIGDIR="$environment/matplotlib" "$environment/bin/python" -c 'import matplotlib.font_manager'
"$environment/bin/python" -P -m grader.autograde gradescope --root "$root" --check-course

# Students' code runs sealed, and as another user: the course, which holds the reference, is root's alone.
if [ "$(id -u)" = 0 ]; then
  chown -R root "$source"
fi
chmod -R go= "$source"

# For whoever reads the build's output. The machine that grades may have other layers than the one that builds.
"$environment/bin/python" -P -m grader doctor || true
