#!/usr/bin/env bash
# A standalone Spark cluster of real processes on this machine: one master, two workers on loopback addresses of their own.
#
#   deploy/spark-submit/standalone.sh start     prints the master's URL
#   deploy/spark-submit/standalone.sh submit train conf/e2e-stories260k.yaml
#   deploy/spark-submit/standalone.sh stop
#
# Spark comes from Maven: SPARK_HOME is a folder whose jars/ are links into the local repository. On a cluster of your own
# set SPARK_HOME and MASTER and use `submit` alone: it is the exact command that bin/filigree runs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
state=${FILIGREE_CLUSTER:-$root/target/standalone}
port=${FILIGREE_MASTER_PORT:-7177}
master=${MASTER:-spark://127.0.0.1:$port}
workers=${FILIGREE_WORKERS:-127.0.0.2 127.0.0.3}

export SPARK_SCALA_VERSION=2.13
# Executors would otherwise inherit two BLAS threads each for one core each.
export SPARK_WORKER_CORES=${SPARK_WORKER_CORES:-1}
export SPARK_WORKER_MEMORY=${SPARK_WORKER_MEMORY:-4g}

fail() {
  echo "standalone.sh: $*" >&2
  exit 1
}

java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java_bin" >/dev/null || fail "no java found: install JDK 17 or set JAVA_HOME"

# SPARK_HOME with the jars Maven resolved.
spark_home() {
  "$root/bin/filigree" build
  export SPARK_HOME=$state/spark-home
  mkdir -p "$SPARK_HOME/jars" "$state/logs" "$state/work"
  tr ':' '\n' <"$root/target/classpath/spark" | while read -r jar; do
    ln -sf "$jar" "$SPARK_HOME/jars/"
  done
}

spark_class() {
  # shellcheck disable=SC2046
  "$java_bin" $(cat "$root/target/classpath/opens") -cp "$SPARK_HOME/jars/*" "$@"
}

daemon() {
  local name=$1
  shift
  spark_class "$@" >"$state/logs/$name.log" 2>&1 &
  echo $! >"$state/$name.pid"
}

# Waits until a log says a thing, as long as its process lives.
await() {
  local name=$1 text=$2 deadline=$((SECONDS + 60))
  until grep -q "$text" "$state/logs/$name.log" 2>/dev/null; do
    kill -0 "$(cat "$state/$name.pid")" 2>/dev/null || fail "$name ended: $(tail -n 1 "$state/logs/$name.log")"
    ((SECONDS < deadline)) || fail "$name did not start in 60 s; see $state/logs/$name.log"
    read -rt 0.2 <> <(:) || true
  done
}

start() {
  [ ! -e "$state/master.pid" ] || fail "already started; stop it first ($state)"
  spark_home
  daemon master -Xmx512m org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
  await master "New state: ALIVE"
  local n=0
  for address in $workers; do
    n=$((n + 1))
    SPARK_LOCAL_IP=$address daemon "worker-$n" -Xmx512m org.apache.spark.deploy.worker.Worker \
      --host "$address" --webui-port 0 --work-dir "$state/work/$n" "$master"
    await "worker-$n" "Successfully registered with master"
  done
  echo "$master"
}

stop() {
  for pid in "$state"/*.pid; do
    [ -e "$pid" ] || continue
    kill "$(cat "$pid")" 2>/dev/null || true
    rm -f "$pid"
  done
}

submit() {
  [ -n "${SPARK_HOME:-}" ] || spark_home
  SPARK_HOME=$SPARK_HOME exec "$root/bin/filigree" --master "$master" "$@"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  submit)
    shift
    submit "$@"
    ;;
  *) fail "wanted start, stop or submit, found '${1:-}'" ;;
esac
