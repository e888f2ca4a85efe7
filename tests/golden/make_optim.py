"""Writes optim.json: what torch.optim and its schedulers compute, for the tests of Fovea's optimisers and schedules.

Usage: python3 make_optim.py > optim.json   (made with torch 1.13)
"""
import json
import math

import torch

STEPS = 6
SHAPES = {"weight": (2, 3), "bias": (4,)}


def gradient(name, step):
    """A gradient that needs no random numbers: the test computes the same from name and step."""
    count = math.prod(SHAPES[name])
    offset = 0 if name == "weight" else 100
    return torch.tensor([math.sin(1.7 * (offset + 10 * step + i)) for i in range(count)], dtype=torch.float32).reshape(SHAPES[name])


def start(name):
    count = math.prod(SHAPES[name])
    return torch.tensor([math.cos(0.9 * i + len(name)) for i in range(count)], dtype=torch.float32).reshape(SHAPES[name])


def run(make, skip_bias_at=()):
    parameters = {name: torch.nn.Parameter(start(name)) for name in SHAPES}
    optimizer = make(parameters)
    trace = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = group["initial"] * (1 if step < 3 else 0.5)
        for name, parameter in parameters.items():
            parameter.grad = None if name == "bias" and step in skip_bias_at else gradient(name, step)
        optimizer.step()
        trace.append([float(v) for p in parameters.values() for v in p.detach().reshape(-1)])
    return trace


def case(kind, lr, decay=0.0, bias_decay=None, skip=(), **options):
    def make(parameters):
        torch_options = dict(options)
        groups = [
            {"params": [parameters["weight"]], "weight_decay": decay},
            {"params": [parameters["bias"]], "weight_decay": decay if bias_decay is None else bias_decay},
        ]
        optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind](groups, lr=lr, **torch_options)
        for group in optimizer.param_groups:
            group["initial"] = lr
        return optimizer

    return {
        "kind": kind, "lr": lr, "decay": decay, "biasDecay": decay if bias_decay is None else bias_decay,
        "skipBiasAt": list(skip), "options": options, "after": run(make, skip),
    }


def schedule(kind, make, lr, steps, **options):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    rates, momenta = [], []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if len(rates) < steps:
            scheduler.step()
    return {"kind": kind, "lr": lr, "steps": steps, "options": options, "rates": rates, "momenta": momenta}


def clip(largest):
    parameters = [torch.nn.Parameter(start(name)) for name in SHAPES]
    for parameter, name in zip(parameters, SHAPES):
        parameter.grad = gradient(name, 1)
    norm = torch.nn.utils.clip_grad_norm_(parameters, largest)
    return {"largest": largest, "norm": float(norm), "after": [float(v) for p in parameters for v in p.grad.reshape(-1)]}


S = torch.optim.lr_scheduler
document = {
    "torch": torch.__version__,
    "optimizers": [
        case("sgd", 0.1),
        case("sgd", 0.1, momentum=0.9),
        case("sgd", 0.1, momentum=0.9, decay=5e-2),
        case("sgd", 0.1, momentum=0.9, decay=5e-2, nesterov=True),
        case("sgd", 0.1, momentum=0.9, dampening=0.3),
        case("sgd", 0.1, momentum=0.9, decay=5e-2, bias_decay=0.0, nesterov=True, skip=(0, 3)),
        case("adam", 1e-2),
        case("adam", 1e-2, decay=5e-2, betas=[0.8, 0.95], eps=1e-3),
        case("adam", 1e-2, decay=5e-2, skip=(0, 4)),
        case("adamw", 1e-2),
        case("adamw", 1e-2, decay=0.3, bias_decay=0.0),
        case("adamw", 1e-2, decay=0.3, betas=[0.7, 0.9], skip=(2,)),
    ],
    "schedules": [
        schedule("cosine", lambda o: S.CosineAnnealingLR(o, 17, 0.01), 0.4, 17, lowest=0.01),
        schedule("step", lambda o: S.MultiStepLR(o, [5, 9], 0.1), 0.4, 14, milestones=[5, 9], factor=0.1),
        schedule("warmup", lambda o: S.LinearLR(o, 0.01, 1.0, 6), 0.4, 10, warmup=6, start=0.01),
        schedule("one-cycle", lambda o: S.OneCycleLR(o, 0.4, total_steps=40), 0.4, 40),
        schedule("one-cycle", lambda o: S.OneCycleLR(o, 0.4, total_steps=33, pct_start=0.2, anneal_strategy="linear"), 0.4, 33,
                 riseShare=0.2, isLinear=True),
        schedule("one-cycle", lambda o: S.OneCycleLR(o, 0.1, total_steps=50, pct_start=0.4, three_phase=True, div_factor=10,
                                                     final_div_factor=100), 0.1, 50,
                 riseShare=0.4, threePhases=True, startDivisor=10, finalDivisor=100),
        schedule("one-cycle", lambda o: S.OneCycleLR(o, 0.1, total_steps=20, cycle_momentum=False), 0.1, 20, cycleMomentum=False),
    ],
    "clips": [clip(0.5), clip(100.0)],
}
print(json.dumps(document, separators=(",", ":")))
