#!/usr/bin/python3
"""The lines of JSON that run.sh gathered, as a table of medians and ratios in Markdown.

    report.py LINES key=value ..."""

import json
import statistics
import sys

SHAPES = {"small": "hidden 512, 8 layers, vocabulary 8192; 4 rows of 256 tokens",
          "large": "hidden 2048, 16 layers, vocabulary 32000; 8 rows of 1024 tokens"}
PEERS = {"plain": "pytorch", "peft": "peft"}


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def spread(runs, key):
    return "%.0f to %.0f" % (min(r[key] for r in runs), max(r[key] for r in runs))


def main():
    facts = dict(argument.split("=", 1) for argument in sys.argv[2:])
    with open(sys.argv[1]) as lines:
        runs = [json.loads(line) for line in lines]
    on_cpu, peer = facts["device"] == "cpu", PEERS[facts["peer"]]
    memory = "peak_mb" if on_cpu else "gpu_mb"
    print("# A LoRA training step on %s\n" % facts["processor"])
    print("Llama-shaped: %s; r=8 on all seven projections;" % SHAPES[facts["shape"]])
    print("forward, backward, AdamW. %s threads of %s cores; %s rounds in turn, each the median of %s steps; load"
          % (facts["threads"], facts["cores"], facts["rounds"], facts["steps"]))
    print("average at the end %s; commit %s.%s\n" % (
        facts["load"], facts["commit"], " The peer: %s." % facts["versions"] if facts["versions"] else ""))
    print("| type | side | tokens/s, median | lowest to highest | tokens per core-second | %s memory, MB |"
          % ("peak" if on_cpu else "GPU"))
    print("| --- | --- | --- | --- | --- | --- |")
    summary = []
    for kind in sorted({run["type"] for run in runs}, reverse=True):
        of_kind = [run for run in runs if run["type"] == kind]
        theirs = [run for run in of_kind if run["side"] == peer]
        for side in sorted({run["side"] for run in of_kind}, key=lambda side: (side != peer, side)):
            of = [run for run in of_kind if run["side"] == side]
            print("| %s | %s | %.0f | %s | %.0f | %.0f |" % (
                kind, side, median(of, "tokens_per_second"), spread(of, "tokens_per_second"),
                median(of, "tokens_per_core_second"), median(of, memory)))
            if side == peer:
                continue
            pairs = [a["tokens_per_second"] / b["tokens_per_second"] for a, b in zip(of, theirs)]
            summary.append("| %s | %s | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f%% |" % (
                kind, side, median(of, "tokens_per_second") / median(theirs, "tokens_per_second"),
                statistics.median(pairs),
                median(of, "tokens_per_core_second") / median(theirs, "tokens_per_core_second"),
                median(of, memory) / median(theirs, memory), median(of, "product_gflops"),
                100 * median(of, "share_of_product_rate")))
    print("\nFiligree / %s:\n" % ("PyTorch" if peer == "pytorch" else "PEFT"))
    print("| type | side | tokens/s, of medians | tokens/s, median of rounds | tokens per core-second | memory | product rate, GFLOPS | our share |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(summary))
    if on_cpu:
        print("""
- Peak memory is the process's largest resident set on both sides (VmHWM, ru_maxrss): libraries, weights, all. The
  JVM's heap is at most %s.""" % facts["heap"])
    else:
        print("""
- GPU memory is what nvidia-smi counts after the last step: on both sides libtorch's allocator keeps what it once took.""")
    print("""- A core-second is one the process used of any core, waiting in a spin and the JVM's compiler included: it says what a
  token costs where other work shares the cores.
- Product rate: one product of %s x %s matrices through the same library and threads, after the steps, in the same
  process. Our share of it counts only the multiplications a step cannot do without: two products a frozen weight.
- bfloat16: the peer's side is autocast over %s weights; Filigree's weights are bfloat16.
- Environment of both: `%s`""" % (*(2 * ("1024",) if on_cpu else 2 * ("8192",)),
                                  "float32" if on_cpu else "bfloat16", facts["environment"].strip()))


if __name__ == "__main__":
    main()
