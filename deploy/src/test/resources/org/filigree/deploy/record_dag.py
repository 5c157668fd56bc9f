"""Runs a DAG file with stand-ins for Airflow and prints the operators that it makes, as JSON: record_dag.py FILE"""

import importlib.util
import json
import pathlib
import sys
import types

operators = []
edges = []


class Operator:
    def __init__(self, kind, arguments):
        self.task_id = arguments["task_id"]
        operators.append({"operator": kind, "arguments": arguments})

    def __rshift__(self, other):
        edges.append([self.task_id, other.task_id])
        return other


def operator(kind):
    return lambda **arguments: Operator(kind, arguments)


def task(**settings):
    return lambda function: lambda *given: Operator(
        "task", {**settings, "task_id": function.__name__, "op_args": list(given)}
    )


class DAG:
    made = []

    def __init__(self, **settings):
        DAG.made.append(settings)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return False


class AirflowFailException(Exception):
    pass


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(members)


module("airflow")
module("airflow.sdk", DAG=DAG, task=task, ObjectStoragePath=pathlib.Path)
module("airflow.exceptions", AirflowFailException=AirflowFailException)
for package in ("airflow.providers", "airflow.providers.apache", "airflow.providers.apache.spark"):
    module(package)
module("airflow.providers.apache.spark.operators")
module(
    "airflow.providers.apache.spark.operators.spark_submit", SparkSubmitOperator=operator("SparkSubmitOperator")
)
module("airflow.providers.cncf")
module("airflow.providers.cncf.kubernetes")
module("airflow.providers.cncf.kubernetes.operators")
module(
    "airflow.providers.cncf.kubernetes.operators.spark_kubernetes",
    SparkKubernetesOperator=operator("SparkKubernetesOperator"),
)
# The standard library has no YAML: the DAG only needs a reader of what the test wrote as JSON.
module("yaml", safe_load=json.loads)

file = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(file.parent))
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(file.stem, file)
loaded = importlib.util.module_from_spec(spec)
spec.loader.exec_module(loaded)

if len(sys.argv) > 2:
    try:
        print(json.dumps({"adapters": loaded.adapters_of(sys.argv[2])}))
    except AirflowFailException as failure:
        print(json.dumps({"failed": str(failure)}))
else:
    print(json.dumps({"dags": DAG.made, "operators": operators, "edges": edges}, default=str))
