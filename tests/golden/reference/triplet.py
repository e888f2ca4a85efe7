"""Triplet Attention: the mean of three spatial gates, each over another pair of axes."""
import torch

from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "triplet", "Misra et al. 2021, from the formula"


def gate(x, p, b, name, training):
    pooled = torch.stack([x.amax(1), x.mean(1)], 1)
    k = p[f"{name}.conv.weight"].shape[-1]
    return x * torch.sigmoid(batch_norm(conv(pooled, p, f"{name}.conv", padding=k // 2), p, b, f"{name}.bn", training, 0.01))


def run(config, inputs, p, b, training):
    x, = inputs
    cw = gate(x.transpose(1, 2), p, b, "cw", training).transpose(1, 2)
    hc = gate(x.transpose(1, 3), p, b, "hc", training).transpose(1, 3)
    return (cw + hc + gate(x, p, b, "hw", training)) / 3


def params(config):
    shapes, k = {}, config.get("kernelSize", 7)
    for g in ("cw", "hc", "hw"):
        shapes |= {f"{g}.conv.weight": [1, 2, k, k]} | batch_norm_params(f"{g}.bn", 1)
    return shapes


def cases():
    for name, mode, shape, k in [("eval-3", "eval", [2, 6, 5, 4], 3), ("train-5-wide", "train", [3, 4, 3, 9], 5), ("eval-7-odd", "eval", [1, 9, 7, 2], 7)]:
        config = {"kernelSize": k}
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
