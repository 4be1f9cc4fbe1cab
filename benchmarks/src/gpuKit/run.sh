#!/bin/sh
# Runs all parts of the kit with the Node that it brings. See README.md.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
exec "$here/bin/node" "$here/benchmarks/src/gpuKit/run.js" "$@"
