"""What a run left behind: outcome.json, the one contract in every deploy mode, since operators lose exit codes."""

import json

from airflow.exceptions import AirflowFailException
from airflow.sdk import ObjectStoragePath

RETRY_MAY_HELP = 4


def adapters_of(run_folder):
    """The folders that the run published; fails the task with the run's own message where it is not done.

    run_folder: any path that ObjectStoragePath opens, s3://aws_default@lake/adapters/RUN
    """
    file = ObjectStoragePath(run_folder) / "outcome.json"
    if not file.exists():
        raise AirflowFailException(f"{file}: not there: the run was killed, or never began; see the training task's log")
    outcome = json.loads(file.read_text())
    if outcome["status"] != "done":
        hint = "; clear the training task, which goes on with the run" if outcome["code"] == RETRY_MAY_HELP else ""
        raise AirflowFailException(f"{outcome['run']}: code {outcome['code']}: {outcome['message']}{hint}")
    return [f"{run_folder}/{published['path']}" for published in outcome["published"]]
