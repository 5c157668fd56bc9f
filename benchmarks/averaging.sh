#!/usr/bin/env bash
# What averaging costs: E2E on stories260k (conf/e2e-stories260k.yaml, 300 steps) once for each way of averaging and each
# seed, which draws the first values and the order of the rows. Prints a Markdown table of means and 95% intervals.
#
#   benchmarks/averaging.sh                          seeds 1 2 3; wants ../shared (models/stories260k, data/e2e)
#   SEEDS="1 2 3 4 5" JOBS=2 benchmarks/averaging.sh --out rows.md
#   benchmarks/averaging.sh --out rows.md local_steps=16     only the settings with that in them
#   benchmarks/averaging.sh --out rows.md --table            only the table of the rows that are there
#
# --out keeps the rows, and runs what it lacks: the same command goes on. Losses do not depend on time, so JOBS processes
# may share a machine. global_batch_size counts rows over all workers in each local step: 4 workers at 8 have 2 each.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
# A group for each job: where one fails, the JVMs of the others must not go on in a folder that is gone.
set -m
trap 'for group in $(jobs -p); do kill -- "-$group" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
rows=$work/rows.md filter= table_only=
while [ $# -gt 0 ]; do
  case $1 in
    --out)
      rows=$(realpath -m "${2:?--out: wanted a file}")
      shift
      ;;
    --table) table_only=yes ;;
    *) filter=$1 ;;
  esac
  shift
done

one="averaging.exchange=gradients averaging.workers=1"
four="averaging.exchange=gradients averaging.workers=4"
h8="averaging.exchange=parameters averaging.workers=4 averaging.local_steps=8"
h16="averaging.exchange=parameters averaging.workers=4 averaging.local_steps=16"
auto="averaging.exchange=parameters averaging.workers=4 averaging.local_steps=auto"
nesterov="averaging.outer.learning_rate=0.7 averaging.outer.momentum=0.9"
average="averaging.inner_state=average" keep="averaging.inner_state=keep"
frozen="averaging.aggregation=frozen_a" product="averaging.aggregation=product"
push="averaging.outer.learning_rate=1.0 averaging.outer.momentum=0.5"
push6="averaging.outer.learning_rate=1.0 averaging.outer.momentum=0.6"
push7="averaging.outer.learning_rate=1.0 averaging.outer.momentum=0.7" fast="training.learning_rate=4e-3"
faster="training.learning_rate=8e-3"
large="training.global_batch_size=32" long="training.max_steps=1200"
# A seed decides nothing while the conf's own first values and order of rows stand. One name: it is part of every draw.
common=(data.shuffle=true adapter.init_from=null adapter.name=e2e engine.threads=1 checkpoint.every_rounds=1000)
settings=("$one" "$one training.global_batch_size=2")
# The grid: steps a round x moments x outer optimizer x aggregation; with a product moments begin anew, without momentum.
for steps in "$h8" "$h16"; do
  for way in "" " $average" " $keep" " $frozen" " $average $frozen" " $keep $frozen"; do
    settings+=("$steps$way" "$steps$way $nesterov")
  done
  settings+=("$steps $product")
done
settings+=(
  # The claim: four workers of 2 rows with 16 steps a round beside one process on 8 rows. What comes nearer, and for longer.
  "$h16 $push" "$h16 $average $push" "$h16 $keep $push" "$h16 $keep $push6" "$h16 $keep $fast" "$h16 $keep $faster"
  "$one $fast" "$h16 $fast" "$h16 $average $fast" "$one $faster" "$h16 $faster" "$h16 $average $faster"
  "$one $long" "$one $long training.global_batch_size=2" "$h16 $long" "$h16 $keep $long" "$h16 $nesterov $long"
  "$h16 $keep $nesterov $long" "$h16 $keep $push $long" "$h16 $keep $push6 $long" "$h16 $keep $push7 $long"
  # The claim again with 8 rows a worker: its batch b is the first line.
  "$one $large" "$h16 $large" "$h16 $average $large" "$h16 $keep $large"
  # What travels, and what decides the steps.
  "$auto" "$h8 averaging.wire=float32" "$h8 averaging.wire=int8"
  "$four" "$four averaging.wire=bfloat16" "$four averaging.wire=int8"
)

touch "$rows"
for seed in ${SEEDS:-1 2 3}; do
  for setting in "${settings[@]}"; do
    case $setting in *"$filter"*) ;; *) continue ;; esac
    grep -qF "| $seed | $setting |" "$rows" || echo "$seed $setting"
  done
done >"$work/wanted"

if [ -z "$table_only" ] && [ -s "$work/wanted" ]; then
  cd "$root"
  . benchmarks/classpath.sh
  export FILIGREE_SHARED=${FILIGREE_SHARED:-../shared}
  jobs=${JOBS:-1} pids=()
  echo "$(wc -l <"$work/wanted") runs in $jobs processes" >&2
  for job in $(seq "$jobs"); do
    sed -n "$job~${jobs}p" "$work/wanted" |
      HEAP=1g on_spark org.filigree.benchmarks.AveragingBenchmark conf/e2e-stories260k.yaml "$rows" "$work" "${common[@]}" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid"
  done
fi
python3 "$root/benchmarks/averaging_table.py" "$rows"
