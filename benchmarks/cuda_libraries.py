#!/usr/bin/python3
"""Where pip put CUDA's libraries beside PyTorch, as a value for LD_LIBRARY_PATH; empty where PyTorch has no CUDA."""

import os

import torch

packages = os.path.join(os.path.dirname(os.path.dirname(torch.__file__)), "nvidia")
print(":".join(sorted({folder for folder, _, files in os.walk(packages) if any(".so." in name for name in files)})))
