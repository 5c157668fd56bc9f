#!/usr/bin/env bash
# The image's entry point: folders to write to, the environment of native code as this machine's CPU has it, then Spark's
# own entry point, which takes `driver`, `executor` or any other command.
set -eo pipefail

# Native libraries are unpacked before they are loaded, by default below a home that Spark's user does not have. Spark's
# local directories are the place: made for scratch, and on Kubernetes there from the pod's start.
scratch=${SPARK_LOCAL_DIRS:-/tmp}
scratch=${scratch%%,*}/filigree-native
export ENGINE_CACHE_DIR=${ENGINE_CACHE_DIR:-$scratch/tokenizers}
javacpp=-Dorg.bytedeco.javacpp.cachedir=$scratch/javacpp
# An executor's JVM gets every SPARK_JAVA_OPT_*; a driver's, through spark-submit, SPARK_SUBMIT_OPTS.
export SPARK_JAVA_OPT_FILIGREE=$javacpp
export SPARK_SUBMIT_OPTS="$javacpp ${SPARK_SUBMIT_OPTS:-}"

# The probe in it unpacks OpenBLAS there as well.
# shellcheck source=../../bin/native-env.sh
JAVA_TOOL_OPTIONS=$javacpp . "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/native-env.sh"

exec "${SPARK_ENTRYPOINT:-/opt/entrypoint.sh}" "$@"
