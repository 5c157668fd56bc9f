#!/usr/bin/env bash
# Trains on a standalone Spark cluster, in client mode: this process is the driver, and its exit code is the run's.
#
#   deploy/spark-submit/submit.sh CONF [options of filigree train]
#
# Settings, from the environment:
#   MASTER           default: spark://127.0.0.1:7077, as standalone.sh starts it
#   SPARK_HOME       a Spark 4.2 of your own; default: the one the build makes, trainer-job/target/spark
#   EXECUTOR_JARS    where executors find Filigree's jars; default: where they lie here
#   EXECUTOR_CORES=1  EXECUTOR_MEMORY=1g  DRIVER_MEMORY=1g
#
# bin/filigree --master URL train CONF comes to the same. This script spells it out, to be copied into a scheduler.
set -euo pipefail

[ $# -gt 0 ] || {
  echo "submit.sh: wanted a configuration, found nothing" >&2
  exit 2
}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
jars=$root/trainer-job/target/app/jars
export SPARK_HOME=${SPARK_HOME:-$root/trainer-job/target/spark}
master=${MASTER:-spark://127.0.0.1:7077}
# Executors on this machine's loopback addresses must reach the driver there, whatever its host name resolves to.
case $master in spark://127.* | spark://localhost:*) export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1} ;; esac
given_core=${OPENBLAS_CORETYPE-}
# shellcheck source=../../bin/native-env.sh
. "$root/bin/native-env.sh"

options=(
  --master "$master"
  --deploy-mode client
  --name filigree

  # The heap. Base, activations and optimizer lie outside it, in native memory: on YARN and Kubernetes ask for that with
  # spark.executor.memoryOverhead; a standalone worker does not count it.
  --driver-memory "${DRIVER_MEMORY:-1g}"
  --executor-memory "${EXECUTOR_MEMORY:-1g}"

  # One task an executor, with all its cores: the engine runs its threads inside the task, one number of them a JVM.
  --conf "spark.executor.cores=${EXECUTOR_CORES:-1}"
  --conf "spark.task.cpus=${EXECUTOR_CORES:-1}"

  # The jars, 100 MB of native code among them, lie on every node or on a shared path. Sent with --jars instead, every
  # executor that replaces a lost one would fetch them again before its first task.
  --driver-class-path "$jars/*"
  --conf "spark.executor.extraClassPath=${EXECUTOR_JARS:-$jars}/*"

  # Read by the native libraries as they load; see bin/native-env.sh.
  --conf "spark.executorEnv.OMP_WAIT_POLICY=$OMP_WAIT_POLICY"
  --conf "spark.executorEnv.OPENBLAS_THREAD_TIMEOUT=$OPENBLAS_THREAD_TIMEOUT"
  --conf "spark.executorEnv.OPT_OUT_TRACKING=$OPT_OUT_TRACKING"
  # Kernels that you named. What was chosen for this CPU stays here: an executor's may be another.
  ${given_core:+--conf "spark.executorEnv.OPENBLAS_CORETYPE=$given_core"}

  # JavaCPP ends a process that holds more than four heaps: bases are far larger.
  --conf "spark.executor.defaultJavaOptions=-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -XX:+UseParallelGC"
  --conf "spark.driver.defaultJavaOptions=-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -XX:+UseParallelGC -Dlog4j2.configurationFile=org/filigree/trainer/log4j2-quiet.properties"

  # A round is a pure function: Spark may run any task again, elsewhere, or twice, and the adapter keeps its bits.
  --conf spark.task.maxFailures=4
  --conf spark.speculation=false
)
exec "$SPARK_HOME/bin/spark-submit" "${options[@]}" --class org.filigree.trainer.cli.Main \
  "$jars"/trainer-job-*.jar train "$@"
