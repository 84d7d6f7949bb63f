#!/usr/bin/env bash
# repositories.txt ─▶ $GRADING/submissions/OWNER+NAME/, and the commit of each in $GRADING/commits.txt.
#
# STUDENTS_TOKEN     may read these repositories
# GITHUB_SERVER_URL  set by GitHub
set -euo pipefail

server="${GITHUB_SERVER_URL:-https://github.com}"
mkdir -p "$GRADING/submissions"
: >"$GRADING/commits.txt"

# The token goes to git by its environment: it is in no command line, and in no repository that students' files lie in.
export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_COUNT=2
export GIT_CONFIG_KEY_0="http.$server/.extraheader" GIT_CONFIG_KEY_1="core.hooksPath"
GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "${STUDENTS_TOKEN:-}" | base64 -w0)"
export GIT_CONFIG_VALUE_0 GIT_CONFIG_VALUE_1=/dev/null

failed=0
while read -r repository || [ -n "$repository" ]; do
  case "$repository" in "" | "#"*) continue ;; esac
  if ! [[ "$repository" =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]]; then
    echo "::error::repositories.txt: \"$repository\" is not OWNER/NAME."
    failed=1
    continue
  fi
  name="${repository/\//+}"
  folder="$GRADING/submissions/$name"
  if timeout 300 git clone --quiet --depth 1 --no-recurse-submodules "$server/$repository.git" "$folder" </dev/null &&
    commit=$(git -C "$folder" rev-parse HEAD); then
    echo "$name $repository $commit" >>"$GRADING/commits.txt"
    rm -rf "$folder/.git"
  else
    # Not graded, and told: a repository that can't be reached is no zero.
    echo "::error::$repository could not be fetched, and is not graded. Does the token reach it? Is there a commit?"
    rm -rf "$folder"
    failed=1
  fi
done < <(tr -d '\r' <repositories.txt)

count=$(wc -l <"$GRADING/commits.txt")
echo "Fetched $count repositories."
if [ "$failed" = 1 ]; then
  echo "FETCHING_FAILED=1" >>"${GITHUB_ENV:-/dev/null}"
fi
[ "$count" -gt 0 ] || { echo "::error::There is nothing to grade: see repositories.txt."; exit 1; }
