/** Kills a training cluster's processes at moments drawn from a seed, and compares what comes out: bin/filigree chaos. */
package org.filigree.chaos;
