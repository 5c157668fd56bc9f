#!/usr/bin/env bash
# Trains on YARN, in client mode (the driver is this process, and its exit code is the run's) or in cluster mode (the
# driver is a container: spark-submit ends with 0 or 1, and outcome.json in the run folder has the run's own code).
#
#   deploy/spark-submit/yarn.sh CONF [options of filigree train]
#   DEPLOY_MODE=cluster deploy/spark-submit/yarn.sh hdfs:///conf/support.yaml --set run=support-7
#
# Once a build, the jars go to HDFS as one archive that every user may read: then a node unpacks it once, for all
# containers after that.
#   jar -c0f filigree.zip -C trainer-job/target/app/jars . && hdfs dfs -put -f filigree.zip hdfs:///apps/filigree.zip
#
# Settings, from the environment:
#   SPARK_HOME       a Spark 4.2 with YARN
#   HADOOP_CONF_DIR  the cluster's configuration
#   ARCHIVE          default: hdfs:///apps/filigree.zip
#   DEPLOY_MODE=client  QUEUE=default  EXECUTORS=2  EXECUTOR_CORES=4  EXECUTOR_MEMORY=2g  EXECUTOR_OVERHEAD=8g
#   DRIVER_MEMORY=2g
set -euo pipefail

fail() {
  echo "yarn.sh: $*" >&2
  exit 2
}

[ $# -gt 0 ] || fail "wanted a configuration, found nothing"
[ -x "${SPARK_HOME:-}/bin/spark-submit" ] || fail "SPARK_HOME: no bin/spark-submit in '${SPARK_HOME:-}'"
[ -n "${HADOOP_CONF_DIR:-}" ] || fail "HADOOP_CONF_DIR is not set: it says where YARN is"
mode=${DEPLOY_MODE:-client}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
jars=$root/trainer-job/target/app/jars
given_core=${OPENBLAS_CORETYPE-}
# shellcheck source=../../bin/native-env.sh
. "$root/bin/native-env.sh"
java="-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -XX:+UseParallelGC"

options=(
  --master yarn
  --deploy-mode "$mode"
  --name filigree
  --queue "${QUEUE:-default}"
  --num-executors "${EXECUTORS:-2}"
  --driver-memory "${DRIVER_MEMORY:-2g}"

  # The heap. Base, activations and optimizer lie outside it, in the overhead, and YARN kills what takes more than both.
  --executor-memory "${EXECUTOR_MEMORY:-2g}"
  --conf "spark.executor.memoryOverhead=${EXECUTOR_OVERHEAD:-8g}"

  # One task an executor, with all its cores: the engine runs its threads inside the task, one number of them a JVM.
  --executor-cores "${EXECUTOR_CORES:-4}"
  --conf "spark.task.cpus=${EXECUTOR_CORES:-4}"

  # Unpacked as the folder filigree of every container. Not --jars: a driver in client mode would fetch each of them.
  --conf "spark.yarn.dist.archives=${ARCHIVE:-hdfs:///apps/filigree.zip}#filigree"
  --conf "spark.executor.extraClassPath=filigree/*"

  # Where a node keeps bases that it fetched: a container's own temporary folder goes with it.
  --conf "spark.filigree.base.cache=${BASE_CACHE:-/var/tmp/filigree/bases}"

  # Read by the native libraries as they load; see bin/native-env.sh. Kernels that you named travel; what was chosen for
  # this CPU stays here: an executor's may be another.
  --conf "spark.executorEnv.OMP_WAIT_POLICY=$OMP_WAIT_POLICY"
  --conf "spark.executorEnv.OPENBLAS_THREAD_TIMEOUT=$OPENBLAS_THREAD_TIMEOUT"
  --conf "spark.executorEnv.OPT_OUT_TRACKING=$OPT_OUT_TRACKING"
  ${given_core:+--conf "spark.executorEnv.OPENBLAS_CORETYPE=$given_core"}

  # JavaCPP ends a process that holds more than four heaps: bases are far larger.
  --conf "spark.executor.defaultJavaOptions=$java"

  # A round is a pure function: Spark may run any task again, elsewhere, or twice, and the adapter keeps its bits.
  --conf spark.task.maxFailures=4
)
case $mode in
  client)
    options+=(
      --driver-class-path "$jars/*"
      --conf "spark.driver.defaultJavaOptions=$java -Dlog4j2.configurationFile=org/filigree/trainer/log4j2-quiet.properties"
    )
    ;;
  cluster)
    # The driver is a container on any node: a file of this machine is not there.
    case $1 in
      *://*) ;;
      *) fail "$1: in cluster mode the configuration must be where every node finds it: hdfs://..." ;;
    esac
    options+=(
      --driver-class-path "filigree/*"
      --conf "spark.driver.defaultJavaOptions=$java"
      --conf "spark.yarn.appMasterEnv.OPT_OUT_TRACKING=$OPT_OUT_TRACKING"
      # A driver that YARN starts again goes on from the newest checkpoint.
      --conf spark.yarn.maxAppAttempts=2
    )
    ;;
  *) fail "DEPLOY_MODE: found '$mode', wanted client or cluster" ;;
esac
exec "$SPARK_HOME/bin/spark-submit" "${options[@]}" --class org.filigree.trainer.cli.Main \
  "$jars"/trainer-job-*.jar train "$@"
