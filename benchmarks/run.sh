#!/usr/bin/env bash
# A LoRA training step, Filigree's engines against plain PyTorch (peer.py), on this machine's CPU.
#
#   benchmarks/run.sh                 2 threads, 5 rounds, both types
#   ENGINES=libtorch ROUNDS=3 STEPS=6 THREADS=2 benchmarks/run.sh float32
#
# The sides take turns, so that whatever else the machine does falls on all. Prints a table of medians and ratios
# and writes it to benchmarks/results/<date>-<cpu>.md. Needs a JDK 17 and PyTorch for /usr/bin/python3 (PYTHON=... for
# another); builds Filigree with ./mvnw; installs nothing else.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rounds=${ROUNDS:-5} steps=${STEPS:-8} threads=${THREADS:-2} python=${PYTHON:-/usr/bin/python3} heap=${HEAP:-128m}
engines=${ENGINES:-libtorch dl4j}
types=("$@")
[ ${#types[@]} -gt 0 ] || types=(float32 bfloat16)

fail() {
  echo "run.sh: $*" >&2
  exit 2
}

command -v java >/dev/null || fail "no java: install a JDK 17"
"$python" -c 'import torch' 2>/dev/null ||
  fail "$python has no PyTorch: apt-get install python3-torch, or set PYTHON to one that has it"

cd "$root"
echo "building what has changed ..." >&2
./mvnw -B -q -pl benchmarks -am package -DskipTests dependency:build-classpath \
  -Dmdep.includeScope=runtime -Dmdep.outputFile=target/classpath.txt
classpath=benchmarks/target/classes:$(cat benchmarks/target/classpath.txt)

# Both sides: threads sleep when they wait, and OpenBLAS chooses its kernel itself unless CORETYPE says otherwise.
environment=(env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE
  OMP_NUM_THREADS="$threads" OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4)
[ -z "${CORETYPE:-}" ] || environment+=(OPENBLAS_CORETYPE="$CORETYPE")
peer=("${environment[@]}" ATEN_CPU_CAPABILITY=avx512 "$python" benchmarks/peer.py)
grep -q avx512bw /proc/cpuinfo || peer=("${environment[@]}" "$python" benchmarks/peer.py)
filigree=("${environment[@]}" java "-Xmx$heap" -XX:+UseSerialGC -cp "$classpath"
  org.filigree.benchmarks.StepBenchmark)

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for round in $(seq "$rounds"); do
  for type in "${types[@]}"; do
    echo "round $round of $rounds, $type" >&2
    "${peer[@]}" "$type" "$threads" "$steps" >>"$lines"
    for engine in $engines; do
      # Deeplearning4j's computes in float32 alone.
      [ "$engine $type" != "dl4j bfloat16" ] || continue
      "${filigree[@]}" "$engine" "$type" "$threads" "$steps" 2>"$lines.log" >>"$lines" ||
        { cat "$lines.log" >&2; fail "engine $engine failed"; }
      rm -f "$lines.log"
    done
  done
done
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
mkdir -p benchmarks/results
result=benchmarks/results/$(date -u +%F)-$(echo "${cpu:-cpu}" | tr -cs 'A-Za-z0-9' '-' | sed 's/-$//').md
"$python" benchmarks/report.py "$lines" \
  "cpu=$cpu" "cores=$(nproc)" "threads=$threads" "rounds=$rounds" "steps=$steps" "load=$(cut -d' ' -f1-3 /proc/loadavg)" \
  "commit=$(git rev-parse --short HEAD 2>/dev/null || echo none)" "heap=$heap" \
  "filigree=$(printf '%s ' "${environment[@]:5}")" "peer=$(printf '%s ' "${peer[@]:5}")" | tee "$result"
echo "written to $result" >&2
