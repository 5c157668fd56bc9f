#!/usr/bin/env bash
# A LoRA training step, Filigree's engines against PyTorch (peer.py), on this machine's CPU or its GPU.
#
#   benchmarks/run.sh                 2 threads, 5 rounds, both types
#   ENGINES=libtorch ROUNDS=3 STEPS=6 THREADS=2 benchmarks/run.sh float32
#   DEVICE=cuda benchmarks/run.sh     the libtorch engine built for CUDA against transformers and PEFT, at a shape that
#                                     fills a GPU; SHAPE=small is the CPU's shape, PEER=plain the CPU's peer
#
# The sides take turns, so that whatever else the machine does falls on all. Prints a table of medians and ratios
# and writes it to benchmarks/results/<date>-<cpu or gpu>-<shape>.md. Needs a JDK 17 and PyTorch for /usr/bin/python3
# (PYTHON=... for another); builds Filigree with ./mvnw, unless CLASSPATH has it; installs nothing else.
# For a GPU it also needs the CUDA libraries that engines/libtorch/pom.xml names on LD_LIBRARY_PATH; those that pip
# installed with PyTorch are found.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
device=${DEVICE:-cpu}
case $device in
  cpu) shape=${SHAPE:-small} peer=${PEER:-plain} heap=${HEAP:-128m} profile= ;;
  *) shape=${SHAPE:-large} peer=${PEER:-peft} heap=${HEAP:-2g} profile=-Plibtorch-cuda ENGINES=${ENGINES:-libtorch} ;;
esac
rounds=${ROUNDS:-5} steps=${STEPS:-8} threads=${THREADS:-2} python=${PYTHON:-/usr/bin/python3}
engines=${ENGINES:-libtorch dl4j}
types=("$@")
[ ${#types[@]} -gt 0 ] || types=(float32 bfloat16)

fail() {
  echo "run.sh: $*" >&2
  exit 2
}

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null || fail "no java: install a JDK 17"
"$python" -c 'import torch' 2>/dev/null ||
  fail "$python has no PyTorch: apt-get install python3-torch, or set PYTHON to one that has it"
[ "$peer" != peft ] || "$python" -c 'import transformers, peft' 2>/dev/null ||
  fail "$python has no transformers or no peft: pip install them, or set PEER=plain"

cd "$root"
classpath=${CLASSPATH:-}
if [ -z "$classpath" ]; then
  echo "building what has changed ..." >&2
  ./mvnw -B -q $profile -pl benchmarks -am package -DskipTests dependency:build-classpath \
    -Dmdep.includeScope=runtime -Dmdep.outputFile=target/classpath.txt
  classpath=benchmarks/target/classes:$(cat benchmarks/target/classpath.txt)
fi
if [ "$device" != cpu ]; then
  libraries=$("$python" benchmarks/cuda_libraries.py)
fi

# Both sides: threads sleep when they wait, and OpenBLAS chooses its kernel itself unless CORETYPE says otherwise.
environment=(env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE
  OMP_NUM_THREADS="$threads" OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4)
[ -z "${CORETYPE:-}" ] || environment+=(OPENBLAS_CORETYPE="$CORETYPE")
theirs=("${environment[@]}")
! grep -q avx512bw /proc/cpuinfo || theirs+=(ATEN_CPU_CAPABILITY=avx512)
theirs+=("$python" benchmarks/peer.py)
filigree=("${environment[@]}" ${libraries:+LD_LIBRARY_PATH="$libraries:${LD_LIBRARY_PATH:-}"}
  "$java" "-Xmx$heap" -XX:+UseSerialGC -cp "$classpath" org.filigree.benchmarks.StepBenchmark)

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for round in $(seq "$rounds"); do
  for type in "${types[@]}"; do
    echo "round $round of $rounds, $type" >&2
    "${theirs[@]}" "$type" "$threads" "$steps" "$device" "$shape" "$peer" >>"$lines"
    for engine in $engines; do
      # Deeplearning4j's computes in float32 alone.
      [ "$engine $type" != "dl4j bfloat16" ] || continue
      "${filigree[@]}" "$engine" "$type" "$threads" "$steps" "$device" "$shape" 2>"$lines.log" >>"$lines" ||
        { cat "$lines.log" >&2; fail "engine $engine failed"; }
      rm -f "$lines.log"
    done
  done
done
if [ "$device" = cpu ]; then
  processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
  versions=
else
  processor=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -1)
  versions=$("$python" -c 'import torch, sys
names = ["torch"] + (["transformers", "peft"] if sys.argv[1] == "peft" else [])
print(", ".join("%s %s" % (name, __import__(name).__version__) for name in names))' "$peer")
fi
mkdir -p benchmarks/results
suffix=$([ "$device" = cpu ] || echo "-$shape")
result=benchmarks/results/$(date -u +%F)-$(echo "${processor:-cpu}" | tr -cs 'A-Za-z0-9' '-' | sed 's/-$//')$suffix.md
"$python" benchmarks/report.py "$lines" \
  "processor=$processor" "device=$device" "shape=$shape" "peer=$peer" "versions=$versions" "cores=$(nproc)" \
  "threads=$threads" "rounds=$rounds" "steps=$steps" "load=$(cut -d' ' -f1-3 /proc/loadavg)" \
  "commit=$(git rev-parse --short HEAD 2>/dev/null || echo none)" "heap=$heap" \
  "environment=$(printf '%s ' "${environment[@]:5}")" | tee "$result"
echo "written to $result" >&2
