"""An adapter a night through the Spark Operator: deploy/kubernetes's SparkApplication with a run's id for each night. For Airflow 3.

This file, filigree_outcome.py and a SparkApplication of deploy/kubernetes go into the DAG folder; the ConfigMap with the
run's YAML is applied once.
The run's id and what a retry does: as in nightly_spark_submit.py. The operator restarts a failed driver by itself, so the
task is retried only where Kubernetes or Airflow failed.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from airflow.providers.cncf.kubernetes.operators.spark_kubernetes import SparkKubernetesOperator
from airflow.sdk import DAG, task

from filigree_outcome import adapters_of

MANIFEST = Path(os.environ.get("FILIGREE_MANIFEST", Path(__file__).parent / "spark-application-cpu.yaml"))
# The lake's volume as the driver sees it, and as Airflow does.
LAKE = "/lake"
LAKE_HERE = os.environ.get("FILIGREE_LAKE_HERE", "file:///lake")

RUN = "{{ dag.dag_id }}-train-{{ run_id | replace(':', '') | replace('+', '_') }}"


def application():
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["spec"]["arguments"] += ["--set", f"run={RUN}", "--set", f"output={LAKE}/adapters"]
    return manifest


with DAG(
    dag_id="filigree-nightly-kubernetes",
    schedule="0 2 * * *",
    start_date=datetime(2026, 11, 1),
    catchup=False,
    max_active_runs=1,
):
    train = SparkKubernetesOperator(
        task_id="train",
        name="filigree-nightly",
        namespace="default",
        template_spec=application(),
        # A worker that was restarted finds the driver it was watching.
        reattach_on_restart=True,
        get_logs=True,
        retries=1,
        retry_delay=timedelta(minutes=5),
    )

    # It runs whatever became of the training, and says how that ended.
    @task(trigger_rule="all_done", retries=0)
    def outcome(run_folder):
        return adapters_of(run_folder)

    train >> outcome(f"{LAKE_HERE}/adapters/{RUN}")
