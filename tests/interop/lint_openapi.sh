#!/usr/bin/env bash
# Lints an interface description by the NL GOV API Design Rules with Spectral. Fails on every error and warning.
#   tests/interop/lint_openapi.sh <openapi.json>
# Ends with 3 when Spectral is not installed (`npm install --global @stoplight/spectral-cli@6`).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v spectral >/dev/null || { echo "spectral is not installed" >&2; exit 3; }
exec spectral lint --quiet --fail-severity warn --ruleset "$here/nl-gov.spectral.yaml" "${1:?name the description}"
