#!/usr/bin/env bash
# Everything about the libtorch engine on this machine's GPU: the compatibility kit and the reference cases on it (docs/engines.md
# has their column libtorch-cuda), then a training step beside transformers and PEFT at both shapes (run.sh).
#
#   PYTHON=~/venv/bin/python3 benchmarks/gpu.sh
#
# Needs a driver for CUDA 13, and for PYTHON (default /usr/bin/python3) torch, transformers and peft; CUDA's libraries are
# those that pip installed with torch, or whatever LD_LIBRARY_PATH has.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-/usr/bin/python3}
libraries=$("$python" benchmarks/cuda_libraries.py)
export LD_LIBRARY_PATH=$libraries:${LD_LIBRARY_PATH:-}
./mvnw -B -q -Plibtorch-cuda -pl engines/libtorch -am test -Dfiligree.device=cuda -Dtest='LibTorch*Test' \
  -Dsurefire.failIfNoSpecifiedTests=false
for shape in large small; do
  DEVICE=cuda SHAPE=$shape benchmarks/run.sh
done
