#!/usr/bin/env bash
# What Spark costs: the same steps on the bare engine and by the trainer on local Spark with one worker, in turn.
#
#   benchmarks/trainer.sh                      libtorch, float32, 2 threads, gradients; 3 turns of 24 steps each
#   TURNS=5 STEPS=40 benchmarks/trainer.sh bfloat16 parameters
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
echo "building what has changed ..." >&2
./mvnw -B -q -pl benchmarks -am package -DskipTests dependency:build-classpath \
  -Dmdep.includeScope=test -Dmdep.outputFile=target/classpath-spark.txt
env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4 SPARK_LOCAL_IP=127.0.0.1 \
  java @trainer-job/target/app/java.opts -XX:+UseParallelGC -Xmx2g -Dlog4j2.configurationFile=org/filigree/trainer/log4j2-quiet.properties \
  -cp "benchmarks/target/classes:$(cat benchmarks/target/classpath-spark.txt)" \
  org.filigree.benchmarks.TrainerBenchmark libtorch "${1:-float32}" "${THREADS:-2}" "${2:-gradients}" "${STEPS:-24}" "${TURNS:-3}"
