#!/usr/bin/env bash
# What Spark costs: the same steps on the bare engine and by the trainer on local Spark with one worker, in turn. Prints a
# Markdown table of medians: eight local steps a round at about one second of work and at four, and a round each step.
#
#   benchmarks/trainer.sh                      libtorch, float32, 2 threads; 3 turns of 24 steps each
#   TURNS=5 STEPS=40 THREADS=1 benchmarks/trainer.sh bfloat16
#   RUNS="parameters:1" benchmarks/trainer.sh  only one exchange with that many rows of 256 tokens a step
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. benchmarks/classpath.sh
echo "| round | rows a step | work a round, s | bare, ms a step | trainer, ms a step | Spark's own, ms a round | of the round |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for run in ${RUNS:-parameters:1 parameters:4 gradients:4}; do
  on_spark org.filigree.benchmarks.TrainerBenchmark libtorch "${1:-float32}" "${THREADS:-2}" "${run%:*}" "${run#*:}" \
    "${STEPS:-24}" "${TURNS:-3}"
done
