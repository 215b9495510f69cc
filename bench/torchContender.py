"""PyTorch on one thread of the processor, doing the job of page/job.js. Reads one command a line, answers one JSON object a line.

Call: python3 torchContender.py JOB.json; JOB.json names raw float32 and int32 files beside it.
"""

import json
import math
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_num_threads(1)

path = Path(sys.argv[1])
job = json.loads(path.read_text())
size = job["size"]
B, T, V, d, H, L = (size[k] for k in ("batch", "length", "vocab", "width", "heads", "layers"))


def read(name, shape, dtype=torch.float32):
    data = bytearray((path.parent / name).read_bytes())
    return torch.frombuffer(data, dtype=dtype).reshape(shape).clone()


p = {name: read(name, shape).requires_grad_() for name, shape in job["shapes"].items()}
tokens = read("tokens", (B, T + 1), torch.int32).long()
advantages = read("advantages", (B, T))
inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
adam = job["adam"]
optimizer = torch.optim.AdamW(
    p.values(), lr=adam["learningRate"], betas=(adam["beta1"], adam["beta2"]), eps=adam["eps"], weight_decay=0, foreach=True
)
causal = torch.full((T, T), float("-inf")).triu(1)


def layer_norm(x, name):
    return F.layer_norm(x, (d,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def linear(x, name):
    return F.linear(x, p[name + ".weight"], p[name + ".bias"])


def block(x, l, attend):
    h = f"transformer.h.{l}."
    x = x + linear(attend(linear(layer_norm(x, h + "ln_1"), h + "attn.c_attn")), h + "attn.c_proj")
    hidden = F.gelu(linear(layer_norm(x, h + "ln_2"), h + "mlp.c_fc"), approximate="tanh")
    return x + linear(hidden, h + "mlp.c_proj")


def attend_all(qkv):
    q, k, v = qkv.view(B, T, 3, H, d // H).permute(2, 0, 3, 1, 4)
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(d // H) + causal, -1)
    return (weights @ v).transpose(1, 2).reshape(B, T, d)


def train_step():
    x = F.embedding(inputs, p["transformer.wte.weight"]) + p["transformer.wpe.weight"]
    for l in range(L):
        x = block(x, l, attend_all)
    logits = F.linear(layer_norm(x, "transformer.ln_f"), p["lm_head.weight"])
    picked = torch.log_softmax(logits, -1).gather(-1, targets[..., None])[..., 0]
    loss = -(advantages * picked).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.inference_mode()
def rollout(seed):
    torch.manual_seed(seed)
    keys = torch.zeros(L, B, H, T, d // H)
    values = torch.zeros(L, B, H, T, d // H)
    token = torch.zeros(B, dtype=torch.long)
    total = 0.0
    for t in range(T):
        x = p["transformer.wte.weight"][token] + p["transformer.wpe.weight"][t]
        for l in range(L):

            def attend(qkv):
                q, k, v = qkv.view(B, 3, H, d // H).unbind(1)
                keys[l, :, :, t] = k
                values[l, :, :, t] = v
                scores = (keys[l, :, :, : t + 1] @ q[..., None])[..., 0] / math.sqrt(d // H)
                return (torch.softmax(scores, -1)[:, :, None] @ values[l, :, :, : t + 1]).reshape(B, d)

            x = block(x, l, attend)
        logits = F.linear(layer_norm(x, "transformer.ln_f"), p["lm_head.weight"])
        noise = -torch.log(-torch.log(torch.rand(B, V).clamp_(1e-9, 1 - 1e-7)))
        token = (logits + noise).argmax(-1)
        total += torch.log_softmax(logits, -1).gather(-1, token[:, None]).sum().item()
    return total / (B * T)


for line in sys.stdin:
    command, *args = line.split()
    start = time.perf_counter()
    value = train_step() if command == "train" else rollout(int(args[0]))
    print(json.dumps({"ms": 1000 * (time.perf_counter() - start), "value": value}), flush=True)
