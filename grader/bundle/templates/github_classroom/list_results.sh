#!/usr/bin/env bash
# The table of scores for the run's page; the names of what was graded, as JSON, for the job `report`.
set -euo pipefail

results="$GRADING/results"
if [ -f "$results/summary.md" ]; then
  cat "$results/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
fi
graded=$(find "$results/github-classroom" -name '*.json' -printf '%f\n' 2>/dev/null | sed 's/\.json$//' | sort |
  jq -R . | jq -s -c .)
if [ "$graded" != "[]" ]; then
  echo "graded=$graded" >>"${GITHUB_OUTPUT:-/dev/stdout}"
fi
if [ "${FETCHING_FAILED:-}" = 1 ]; then
  echo "::error::Some repositories could not be fetched: see the step above. They are not graded."
  exit 1
fi
