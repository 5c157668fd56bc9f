# shellcheck shell=bash
# Sourced by what measures the trainer, in the repository's root: builds what has changed unless CLASSPATH is given.
if [ -z "${CLASSPATH:-}" ]; then
  echo "building what has changed ..." >&2
  ./mvnw -B -q -pl benchmarks -am package -DskipTests dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile=target/classpath-spark.txt
  CLASSPATH=$PWD/benchmarks/target/classes:$(cat benchmarks/target/classpath-spark.txt)
fi
export CLASSPATH SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}

# A JVM as the launcher starts it: embedded Spark, quiet.
on_spark() {
  env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4 \
    java @trainer-job/target/app/java.opts "-Xmx${HEAP:-2g}" -Dfiligree.log.tasks=off \
    -Dlog4j2.configurationFile=org/filigree/trainer/log4j2-quiet.properties "$@"
}
