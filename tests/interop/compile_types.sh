#!/usr/bin/env bash
# Generates TypeScript types from an interface description (openapi-typescript), and compiles a caller that leans on them.
#   tests/interop/compile_types.sh <openapi.json> <empty folder>
# Ends with 3 when a tool is not installed (`npm install --global openapi-typescript@7 typescript@5`).
set -euo pipefail
for tool in openapi-typescript tsc; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 3; }
done
here=$(cd "$(dirname "$0")" && pwd)
openapi-typescript "${1:?name the description}" --output "${2:?name a folder}/api.ts" >/dev/null
cp "$here/types.ts" "$2/"
exec tsc --strict --noEmit --target es2022 --module esnext --moduleResolution bundler "$2/types.ts"
