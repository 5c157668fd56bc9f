/** Tells an MLflow tracking server how a run goes, by its REST API. */
package org.filigree.trainer.mlflow;
