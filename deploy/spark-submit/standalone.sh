#!/usr/bin/env bash
# A real Spark cluster on this machine: a master on 127.0.0.1 and workers on 127.0.0.2, 127.0.0.3 ..., each a process.
#
#   deploy/spark-submit/standalone.sh start     returns once every worker has registered
#   deploy/spark-submit/submit.sh CONF          trains on it
#   deploy/spark-submit/standalone.sh stop
#
# Settings, from the environment:
#   SPARK_HOME       a Spark 4.2 of your own; default: the one the build makes, trainer-job/target/spark
#   CLUSTER_DIR      logs, work folders and process ids; default: .filigree/cluster in Filigree's folder
#   WORKERS=2  WORKER_CORES=1  WORKER_MEMORY=1g     MASTER_PORT=7077  MASTER_UI_PORT=8080
#
# On machines of their own: run the same two classes there, with their addresses for 127.0.0.x, and source
# bin/native-env.sh before a worker starts, as below: its executors inherit what that says about their machine's CPU.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
run=${CLUSTER_DIR:-$root/.filigree/cluster}
workers=${WORKERS:-2}
port=${MASTER_PORT:-7077}
ui=${MASTER_UI_PORT:-8080}
export SPARK_HOME=${SPARK_HOME:-$root/trainer-job/target/spark}
export SPARK_SCALA_VERSION=2.13
export SPARK_DAEMON_MEMORY=${SPARK_DAEMON_MEMORY:-512m}
# A port in use is an error, not a reason to take the next one: workers would find somebody else's master.
export SPARK_MASTER_OPTS="-Dspark.port.maxRetries=0 -Dspark.master.rest.enabled=false ${SPARK_MASTER_OPTS:-}"

fail() {
  echo "standalone.sh: $*" >&2
  exit 1
}

# daemon NAME ADDRESS CLASS ARGUMENTS: starts it in the background, away from the terminal's Ctrl-C.
daemon() {
  local name=$1 address=$2
  shift 2
  SPARK_LOCAL_IP=$address setsid "$SPARK_HOME/bin/spark-class" "$@" >"$run/$name.log" 2>&1 </dev/null &
  echo $! >"$run/$name.pid"
}

# A process of ours: its id may have gone to another since.
running() {
  grep -qs org.apache.spark "/proc/$1/cmdline"
}

registered() {
  curl -fs --max-time 2 "http://127.0.0.1:$ui/json/" | sed -nE 's/.*"aliveworkers" *: *([0-9]+).*/\1/p'
}

start() {
  local i file deadline
  [ -x "$SPARK_HOME/bin/spark-class" ] || fail "no Spark in $SPARK_HOME: run bin/filigree build, or set SPARK_HOME"
  ! compgen -G "$run/*.pid" >/dev/null || fail "running already, or not stopped: standalone.sh stop ($run)"
  for i in "$port" "$ui"; do
    ! (: >"/dev/tcp/127.0.0.1/$i") 2>/dev/null || fail "port $i is in use: set MASTER_PORT and MASTER_UI_PORT"
  done
  mkdir -p "$run"
  # shellcheck source=../../bin/native-env.sh
  . "$root/bin/native-env.sh"
  deadline=$((SECONDS + 90))
  daemon master 127.0.0.1 org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port "$ui"
  for ((i = 1; i <= workers; i++)); do
    daemon "worker$i" "127.0.0.$((i + 1))" org.apache.spark.deploy.worker.Worker --host "127.0.0.$((i + 1))" \
      --webui-port 0 --cores "${WORKER_CORES:-1}" --memory "${WORKER_MEMORY:-1g}" --work-dir "$run/work$i" \
      "spark://127.0.0.1:$port"
  done
  until [ "$(registered)" = "$workers" ]; do
    for file in "$run"/*.pid; do
      kill -0 "$(cat "$file")" 2>/dev/null || give_up "${file%.pid}.log" "did not start"
    done
    [ $SECONDS -lt $deadline ] || give_up "$run/master.log" "no $workers workers within 90 s"
    sleep 0.2
  done
  echo "spark://127.0.0.1:$port with $workers workers, http://127.0.0.1:$ui, logs in $run"
}

# give_up LOG WHY
give_up() {
  tail -n 15 "$1" >&2
  stop
  fail "$2: $1"
}

stop() {
  local file pid deadline=$((SECONDS + 15))
  # Workers first, so that each ends its executors.
  for file in "$run"/worker*.pid "$run/master.pid"; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    ! running "$pid" || kill "$pid" 2>/dev/null || true
    while running "$pid"; do
      [ $SECONDS -lt $deadline ] || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.1
    done
    rm "$file"
  done
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) fail "wanted start or stop, found '${1:-}'" ;;
esac
