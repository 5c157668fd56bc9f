#!/usr/bin/env bash
# What a round costs its driver when workers are many and the adapter has the size of Llama-3.1-8B's at r=16 (42M
# parameters, 224 modules). SIMULATED: driver, Spark, wire, averaging and checkpoint are real, in a process each for driver
# and executor; the engine's step is a recorded change (RecordedStep), and one executor plays all workers in turn.
#
#   benchmarks/scale.sh                              4, 16, 64 and 256 workers in three wire formats; an hour on two cores
#   benchmarks/scale.sh --workers 4 --gathering collect --aggregations "factors product" --cores "1 2"
#   benchmarks/scale.sh --workers "4 16" --wires bfloat16 --gathering collect --layers 4 --rounds 3
#
# --cores "1 2" gives the driver one, then two for its own averaging. --layers N makes an adapter of N/32 the size. Writes
# benchmarks/results/<date>-<cpu>-scale.md, or OUT.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
workers="4 16 64 256" wires="float32 bfloat16 int8" aggregations=factors gathering=auto layers=32 rounds=3 cores=$(nproc)
while [ $# -gt 0 ]; do
  case $1 in
    --workers | --wires | --aggregations | --gathering | --layers | --rounds | --cores)
      declare "${1#--}=${2:?$1: wanted a value}"
      shift
      ;;
    *)
      echo "scale.sh: found $1, wanted --workers, --wires, --aggregations, --gathering, --layers, --rounds or --cores" >&2
      exit 2
      ;;
  esac
  shift
done

cd "$root"
. benchmarks/classpath.sh
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
# A worker wants a Spark home with a folder of jars; the executor's classes are the benchmark's.
mkdir "$home/jars"
export SPARK_HOME=$home SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_DIRS=$home SPARK_WORKER_DIR=$home/work
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
mkdir -p benchmarks/results
result=${OUT:-benchmarks/results/$(date -u +%F)-$(echo "${cpu:-cpu}" | tr -cs 'A-Za-z0-9' '-' | sed 's/-$//')-scale.md}
{
  echo "# A round's driver at scale, on $cpu"
  echo
  echo "\`benchmarks/scale.sh\` at $(git rev-parse --short HEAD 2>/dev/null || echo "no commit"), $(nproc) cores, driver's heap ${HEAP:-4g} (ParallelGC)."
  echo "SIMULATED workers: the engine's step is a recorded change. Medians of $rounds rounds after one; wall seconds (CPU seconds of the driver's own threads) by phase."
  echo
  echo "| cores | workers | wire | aggregation | gathering | adapter | wall | encode | broadcast | tasks | counts | drift | product | decode and sum | outer step | checkpoint | other | driver CPU | GC pauses | peak heap, MiB | down, MB | up, MB |"
  echo "|$(printf ' --- |%.0s' {1..22})"
} >"$result.part"
cat "$result.part"
for count in $workers; do
  for wire in $wires; do
    for aggregation in $aggregations; do
      for core in $cores; do
        printf '| %s ' "$core" | tee -a "$result.part"
        HEAP=${HEAP:-4g} on_spark "-Djava.io.tmpdir=$home" "-XX:ActiveProcessorCount=$core" \
          org.filigree.benchmarks.ScaleBenchmark "$count" "$wire" "$aggregation" "$gathering" "$layers" "$rounds" \
          "$(nproc)" "${EXECUTOR_MIB:-6144}" | tee -a "$result.part" ||
          echo "| $count | $wire | $aggregation | $gathering | failed |" | tee -a "$result.part"
      done
    done
  done
done
mv "$result.part" "$result"
echo "written to $result" >&2
