#!/usr/bin/env bash
# What the JVMs of one node take for a base, loaded by each and mapped from the node's copy. Prints a Markdown table of
# medians.
#
#   benchmarks/node-base.sh                    two JVMs, three turns, a Llama of 24 layers and 374M weights
#   JVMS=4 TURNS=1 LAYERS=8 benchmarks/node-base.sh
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. benchmarks/classpath.sh
on_spark org.filigree.benchmarks.NodeBaseBenchmark "${JVMS:-2}" "${TURNS:-3}" "${LAYERS:-24}"
