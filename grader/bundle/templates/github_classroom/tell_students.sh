#!/usr/bin/env bash
# For each graded commit: its score as a commit status, and the feedback as a comment on it. What was told already isn't
# told again.
#
# GH_TOKEN  may read contents and write commit statuses of the students' repositories
set -euo pipefail

context="grader/@ID@"
failed=0
[ -f "$GRADING/commits.txt" ] || exit 0

tell() { # repository commit feedback
  local said told
  said=$(head -n 1 "$3" | cut -c 1-140)
  told=$(gh api "repos/$1/commits/$2/status" --jq ".statuses[] | select(.context == \"$context\") | .description") || return
  if [ "$told" = "$said" ]; then
    return
  fi
  # The status last: where the comment fails, the next run tells both again.
  gh api --silent --method POST "repos/$1/commits/$2/comments" -F "body=@$3" &&
    gh api --silent --method POST "repos/$1/statuses/$2" -f state=success -f "context=$context" -f "description=$said"
}

while read -r name repository commit; do
  feedback="$GRADING/results/github-classroom/$name.md"
  # Without feedback the grader has failed there: that is the teacher's to see, not the student's.
  if [ -f "$feedback" ] && ! tell "$repository" "$commit" "$feedback" </dev/null; then
    echo "::error::$repository could not be told its result. May the token write commit statuses there?"
    failed=1
  fi
done <"$GRADING/commits.txt"
exit "$failed"
