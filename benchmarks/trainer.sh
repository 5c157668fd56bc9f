#!/usr/bin/env bash
# What Spark costs: rounds by the trainer on local Spark with one worker, and after each the same steps on the bare engine.
# Prints a Markdown table of medians over the pairs: eight local steps a round at about one second of work and at four, and
# a round each step.
#
#   benchmarks/trainer.sh                      libtorch, float32, 2 threads; 30 rounds each, after 50 that do not count
#   ROUNDS=100 WARM_UP=0 THREADS=1 benchmarks/trainer.sh bfloat16
#   RUNS="parameters:1" benchmarks/trainer.sh  only one exchange with that many rows of 256 tokens a step
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. benchmarks/classpath.sh
echo "| round | rows a step | bare steps of a round, s | Spark's own, ms a round | middle half of the rounds | of the round |"
echo "| --- | --- | --- | --- | --- | --- |"
for run in ${RUNS:-parameters:1 parameters:4 gradients:4}; do
  on_spark org.filigree.benchmarks.TrainerBenchmark libtorch "${1:-float32}" "${THREADS:-2}" "${run%:*}" "${run#*:}" \
    "${ROUNDS:-30}" "${WARM_UP:-50}"
done
