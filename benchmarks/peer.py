#!/usr/bin/python3
"""The peer: a plain PyTorch LoRA training step. Frozen base, r=8 on all seven projections, AdamW, the shapes of
LlamaShape.java. Written as PEFT computes it: base(x) + lora_B(lora_A(x)) * scale, autograd for the whole step.

    OMP_NUM_THREADS=2 peer.py float32|bfloat16 THREADS STEPS

bfloat16 is autocast over float32 weights. Prints one line of JSON."""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

HIDDEN, LAYERS, HEADS, INTERMEDIATE, VOCABULARY = 512, 8, 8, 1376, 8192
ROWS, LENGTH, RANK, WARM_UP = 4, 256, 8, 3


class LoraLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.base = nn.Linear(inputs, outputs, bias=False)
        self.lora_a = nn.Linear(inputs, RANK, bias=False)
        self.lora_b = nn.Linear(RANK, outputs, bias=False)

    def forward(self, x):
        return self.base(x) + self.lora_b(self.lora_a(x)) * 2.0


class RmsNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(HIDDEN))

    def forward(self, x):
        y = x.float()
        return self.weight * (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


def rotate(x, cos, sin):
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = RmsNorm(), RmsNorm()
        self.q, self.k, self.v, self.o = (LoraLinear(HIDDEN, HIDDEN) for _ in range(4))
        self.gate, self.up = LoraLinear(HIDDEN, INTERMEDIATE), LoraLinear(HIDDEN, INTERMEDIATE)
        self.down = LoraLinear(INTERMEDIATE, HIDDEN)

    def forward(self, x, cos, sin, mask):
        rows, length, _ = x.shape
        heads = lambda t: t.view(rows, length, HEADS, -1).transpose(1, 2)
        h = self.norm1(x)
        q, k, v = rotate(heads(self.q(h)), cos, sin), rotate(heads(self.k(h)), cos, sin), heads(self.v(h))
        scores = q @ k.transpose(2, 3) / (HIDDEN // HEADS) ** 0.5 + mask
        a = torch.softmax(scores, dim=-1, dtype=torch.float32).to(v.dtype) @ v
        x = x + self.o(a.transpose(1, 2).reshape(rows, length, HIDDEN))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, HIDDEN)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = RmsNorm()
        self.head = nn.Linear(HIDDEN, VOCABULARY, bias=False)
        for name, parameter in self.named_parameters():
            parameter.requires_grad_("lora" in name)
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids):
        x = self.embed(ids)
        dim = HIDDEN // HEADS
        angles = torch.arange(LENGTH)[:, None] * 10000 ** (-torch.arange(0, dim, 2) / dim)
        angles = torch.cat((angles, angles), dim=-1)
        mask = torch.full((LENGTH, LENGTH), torch.finfo(torch.float32).min).triu(1)
        for layer in self.layers:
            x = layer(x, angles.cos(), angles.sin(), mask)
        return self.head(self.norm(x))


def main():
    kind, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = Model()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0)
    ids = torch.randint(VOCABULARY, (ROWS, LENGTH))
    seconds, cores = [], []
    for step in range(WARM_UP + steps):
        begin, begin_cores = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bfloat16"):
            logits = model(ids)
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, VOCABULARY).float(), ids[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step >= WARM_UP:
            seconds.append(time.perf_counter() - begin)
            cores.append(time.process_time() - begin_cores)
    median = sorted(seconds)[len(seconds) // 2]
    core = sorted(cores)[len(cores) // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"side": "pytorch", "type": kind, "tokens_per_second": round(ROWS * LENGTH / median, 1),
                      "tokens_per_core_second": round(ROWS * LENGTH / core, 1),
                      "peak_mb": peak, "loss": round(loss.item(), 5)}))


if __name__ == "__main__":
    main()
