#!/usr/bin/env bash
# Two workers against one on local Spark, a thread each, parameters with eight local steps; beside them the bare engine in
# two sessions against one, which shows what two cores lose to memory and caches. Prints a Markdown table of medians.
#
#   benchmarks/workers.sh                      libtorch, float32; 5 turns of 24 steps each
#   TURNS=3 STEPS=40 ROWS=4 benchmarks/workers.sh bfloat16
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. benchmarks/classpath.sh
echo "| side | one, tokens/s | two, tokens/s | two / one |"
echo "| --- | --- | --- | --- |"
on_spark org.filigree.benchmarks.WorkersBenchmark libtorch "${1:-float32}" "${ROWS:-2}" "${STEPS:-24}" "${TURNS:-5}"
