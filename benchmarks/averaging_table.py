#!/usr/bin/python3
"""The rows that averaging.sh gathered, as a table over seeds: mean and 95% interval (Student's t) a setting, and its
loss over that of one process on the same global batch, seed by seed.

    averaging_table.py ROWS"""

import math
import re
import statistics
import sys

# 97.5% points of Student's t, from one degree of freedom on.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
     2.110, 2.101, 2.093, 2.086]


def interval(values, form):
    mean = form % statistics.mean(values)
    if len(values) < 2:
        return mean
    # Of more it is smaller: the last is on the safe side.
    half = T[min(len(values) - 1, len(T)) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    return "%s ± %s" % (mean, form % half)


def batch(setting):
    """What must be equal for losses to be compared: the batch and the number of steps."""
    found = dict(part.split("=", 1) for part in setting.split())
    return found.get("training.global_batch_size", "8"), found.get("training.max_steps", "300")


def main():
    rows = {}
    with open(sys.argv[1]) as lines:
        for line in filter(re.compile(r"\| \d").match, lines):
            seed, setting, loss, rounds, down, up, drift = (cell.strip() for cell in line.strip("|\n ").split("|"))
            rows.setdefault(setting, {})[seed] = (loss, rounds, down, up, drift)
    alone = {batch(s): r for s, r in rows.items()
             if re.fullmatch(r"averaging.exchange=gradients averaging.workers=1( training\.(global_batch|max_steps)\S*)*", s)}
    print("| setting | seeds | held out after | over one process | rounds | down a round | up a round | mean drift |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for setting, seeds in rows.items():
        ended = {seed: row for seed, row in seeds.items() if row[0] != "diverged"}
        losses = [float(row[0]) for row in ended.values()]
        one = alone.get(batch(setting), {})
        ratios = [float(row[0]) / float(one[seed][0]) * 100 - 100 for seed, row in ended.items() if seed in one]
        first = next(iter(seeds.values()))
        means = [statistics.mean(float(row[i]) for row in seeds.values()) for i in (1, 2, 3, 4)]
        print("| %s | %d | %s | %s | %.0f | %s | %s | %s |" % (
            re.sub(r"(averaging|training)\.", "", setting), len(seeds),
            interval(losses, "%.4f") if losses else "diverged",
            (interval(ratios, "%.2f") + "%").replace("-", "−") if ratios and one is not seeds else "",
            means[0], "%.0f" % means[1] if first[2] != "NaN" else "", "%.0f" % means[2] if first[3] != "NaN" else "",
            "" if first[4] == "NaN" else "%.2g" % means[3]))


if __name__ == "__main__":
    main()
