#!/usr/bin/python3
"""The peer: a LoRA training step in PyTorch. Frozen base, r=8 on all seven projections, AdamW, the shapes of
LlamaShape.java. Two models: `plain`, written as PEFT computes it (base(x) + lora_B(lora_A(x)) * scale, autograd for the
whole step), and `peft`, the Llama of transformers with PEFT's own layers and PyTorch's fused attention.

    OMP_NUM_THREADS=2 peer.py float32|bfloat16 THREADS STEPS [DEVICE [small|large [plain|peft]]]

bfloat16 is autocast, over float32 weights on a CPU and over bfloat16 ones on a GPU. Prints one line of JSON."""

import json
import resource
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

RANK, WARM_UP = 8, 3
# hidden, layers, heads, intermediate, vocabulary, rows of a batch, tokens of a row
SHAPES = {"small": (512, 8, 8, 1376, 8192, 4, 256), "large": (2048, 16, 16, 5632, 32000, 8, 1024)}
DEVICE, SHAPE, MODEL = (sys.argv[4:] + ["cpu", "small", "plain"][len(sys.argv) - 4:])[:3]
HIDDEN, LAYERS, HEADS, INTERMEDIATE, VOCABULARY, ROWS, LENGTH = SHAPES[SHAPE]


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


class Plain(nn.Module):
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


class Peft(nn.Module):
    def __init__(self):
        super().__init__()
        from peft import LoraConfig, get_peft_model
        from transformers import LlamaConfig, LlamaForCausalLM
        config = LlamaConfig(hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                             intermediate_size=INTERMEDIATE, vocab_size=VOCABULARY, max_position_embeddings=2048,
                             rms_norm_eps=1e-5, attn_implementation="sdpa", use_cache=False)
        projections = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        self.model = get_peft_model(LlamaForCausalLM(config), LoraConfig(
            r=RANK, lora_alpha=2 * RANK, lora_dropout=0, target_modules=projections, task_type="CAUSAL_LM"))

    def forward(self, ids):
        return self.model(input_ids=ids).logits


def gpu_megabytes():
    query = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return int(subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()[0])


def main():
    kind, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    on_gpu = DEVICE.startswith("cuda")
    torch.set_num_threads(threads)
    torch.set_default_device(DEVICE)
    torch.manual_seed(0)
    model = {"plain": Plain, "peft": Peft}[MODEL]()
    if on_gpu and kind == "bfloat16":
        for parameter in model.parameters():
            if not parameter.requires_grad:
                parameter.data = parameter.data.bfloat16()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0)
    ids = torch.randint(VOCABULARY, (ROWS, LENGTH))
    seconds, cores = [], []
    for step in range(WARM_UP + steps):
        begin, begin_cores = time.perf_counter(), time.process_time()
        with torch.autocast(DEVICE.split(":")[0], dtype=torch.bfloat16, enabled=kind == "bfloat16"):
            logits = model(ids)
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, VOCABULARY).float(), ids[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if on_gpu:
            torch.cuda.synchronize()
        if step >= WARM_UP:
            seconds.append(time.perf_counter() - begin)
            cores.append(time.process_time() - begin_cores)
    median = sorted(seconds)[len(seconds) // 2]
    core = sorted(cores)[len(cores) // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"side": "pytorch" if MODEL == "plain" else MODEL, "type": kind,
                      "tokens_per_second": round(ROWS * LENGTH / median, 1),
                      "tokens_per_core_second": round(ROWS * LENGTH / core, 1),
                      "peak_mb": peak, "gpu_mb": gpu_megabytes() if on_gpu else 0, "loss": round(loss.item(), 5)}))


if __name__ == "__main__":
    main()
