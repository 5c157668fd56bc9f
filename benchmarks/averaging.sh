#!/usr/bin/env bash
# What averaging costs: E2E on stories260k (conf/e2e-stories260k.yaml, the same 300 steps) once for each way of averaging,
# as a Markdown table of the held-out loss after, the bytes of a round and the mean drift.
#
#   benchmarks/averaging.sh                    wants ../shared (models/stories260k, data/e2e); seed 42
#   SEEDS="1 2 3" benchmarks/averaging.sh
#   benchmarks/averaging.sh local_steps=8      only the settings with that in them
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
count=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
parameters="averaging.exchange=parameters averaging.workers=4"
variants=(
  "averaging.exchange=gradients averaging.workers=1"
  "averaging.exchange=gradients averaging.workers=4"
  "averaging.exchange=gradients averaging.workers=4 averaging.wire=bfloat16"
  "averaging.exchange=gradients averaging.workers=4 averaging.wire=int8"
  "$parameters averaging.local_steps=8 averaging.wire=float32"
  "$parameters averaging.local_steps=8"
  "$parameters averaging.local_steps=8 averaging.wire=int8"
  "$parameters averaging.local_steps=16"
  "$parameters averaging.local_steps=auto"
  "$parameters averaging.local_steps=8 averaging.inner_state=average"
  "$parameters averaging.local_steps=16 averaging.inner_state=average"
  "$parameters averaging.local_steps=8 averaging.aggregation=frozen_a"
  "$parameters averaging.local_steps=8 averaging.aggregation=product"
  "$parameters averaging.local_steps=16 averaging.aggregation=product"
)
echo "| seed | setting | held out after | rounds | down a round | up a round | mean drift |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for seed in ${SEEDS:-42}; do
  for variant in "${variants[@]}"; do
    case $variant in *"${1:-}"*) ;; *) continue ;; esac
    run=run-$((++count))
    sets=()
    for setting in $variant run=$run output="$out" training.seed="$seed"; do
      sets+=(--set "$setting")
    done
    bin/filigree train conf/e2e-stories260k.yaml "${sets[@]}" >"$out/$run.log" 2>&1 || {
      tail -n 3 "$out/$run.log" >&2
      exit 1
    }
    python3 - "$seed" "${variant//averaging./}" "$out/$run/events.jsonl" <<'PYTHON'
import json, sys
events = [json.loads(line) for line in open(sys.argv[3])]
rounds = [event for event in events if event["event"] == "round"]
loss = [event["loss"] for event in events if event["event"] == "evaluation"][-1]
mean = lambda name: sum(event.get(name, 0) for event in rounds) / len(rounds)
print("| %s | %s | %.4f | %d | %.0f | %.0f | %.2g |" % (
    sys.argv[1], sys.argv[2], loss, len(rounds), mean("bytes_down"), mean("bytes_up"), mean("drift")))
PYTHON
  done
done
