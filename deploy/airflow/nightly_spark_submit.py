"""An adapter a night through spark-submit, in client mode on YARN or a standalone cluster. For Airflow 3.

This file and filigree_outcome.py go into the DAG folder. The connection spark_default names the master; Airflow's workers
have Filigree in FILIGREE_HOME and a Spark 4.2.

The run's id is the DAG run and the task, so a retry or a cleared task finds its own run: an unfinished one goes on from
its newest checkpoint, a finished one is left alone and the task succeeds (code 0). Retries cost little where they cannot
help: a mistake in configuration or data (2, 3) comes back before a round begins, and a run that diverged (5) goes on from
the checkpoint before that.
"""

import os
from datetime import datetime, timedelta

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import DAG, task

from filigree_outcome import adapters_of

HOME = os.environ.get("FILIGREE_HOME", "/opt/filigree")
# The lake as Spark calls it, and as Airflow does.
LAKE = os.environ.get("FILIGREE_LAKE", "s3a://lake")
LAKE_HERE = os.environ.get("FILIGREE_LAKE_HERE", "s3://aws_default@lake")
JARS = f"{HOME}/trainer-job/target/app/jars"
JAVA = "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -XX:+UseParallelGC"

# A run's id is the name of a folder: letters, digits, dots, dashes and underscores.
RUN = "{{ dag.dag_id }}-train-{{ run_id | replace(':', '') | replace('+', '_') }}"

with DAG(
    dag_id="filigree-nightly",
    schedule="0 2 * * *",
    start_date=datetime(2026, 11, 1),
    catchup=False,
    max_active_runs=1,
):
    train = SparkSubmitOperator(
        task_id="train",
        name=RUN,
        application=f"{JARS}/trainer-job-0.1.0-SNAPSHOT.jar",
        java_class="org.filigree.trainer.cli.Main",
        application_args=["train", f"{HOME}/conf/nightly-airflow.yaml"],
        # The configuration takes these; in cluster mode of a standalone cluster they do not arrive: use --set there.
        env_vars={"RUN_ID": RUN, "LAKE": LAKE, "DAY": "{{ dag_run.run_after | ds }}"},
        deploy_mode="client",
        driver_memory="2g",
        executor_memory="2g",
        executor_cores=4,
        driver_class_path=f"{JARS}/*",
        conf={
            # deploy/spark-submit/submit.sh says why each of them is there.
            "spark.executor.extraClassPath": f"{JARS}/*",
            "spark.executor.memoryOverhead": "12g",
            "spark.task.cpus": "4",
            "spark.driver.defaultJavaOptions": JAVA,
            "spark.executor.defaultJavaOptions": JAVA,
            "spark.executorEnv.OMP_WAIT_POLICY": "passive",
            "spark.executorEnv.OPENBLAS_THREAD_TIMEOUT": "4",
            "spark.executorEnv.OPT_OUT_TRACKING": "true",
        },
        retries=3,
        retry_delay=timedelta(minutes=5),
    )

    # It runs whatever became of the training, and says how that ended.
    @task(trigger_rule="all_done", retries=0)
    def outcome(run_folder):
        return adapters_of(run_folder)

    train >> outcome(f"{LAKE_HERE}/adapters/{RUN}")
