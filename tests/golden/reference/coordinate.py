"""Coordinate Attention: a gate per row times a gate per column, from one transform of both strips."""
import torch
import torch.nn.functional as F

from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "coordinate", "Hou et al. 2021, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    h = x.shape[2]
    strips = torch.cat([x.mean(3), x.mean(2)], 2)[..., None]
    f = F.hardswish(batch_norm(conv(strips, p, "conv1"), p, b, "bn1", training))
    rows = torch.sigmoid(conv(f[:, :, :h], p, "conv_h"))
    columns = torch.sigmoid(conv(f[:, :, h:], p, "conv_w")).transpose(2, 3)
    return x * rows * columns


def params(config):
    c = config["channels"]
    m = max(8, c // config.get("reduction", 32))
    shapes = {"conv1.weight": [m, c, 1, 1], "conv1.bias": [m]} | batch_norm_params("bn1", m)
    for k in "hw":
        shapes |= {f"conv_{k}.weight": [c, m, 1, 1], f"conv_{k}.bias": [c]}
    return shapes


def cases():
    for name, mode, shape, r in [("eval-wide", "eval", [1, 12, 3, 11], 2), ("train-tall", "train", [3, 10, 9, 2], 32), ("one-position", "train", [4, 6, 1, 1], 1)]:
        config = {"channels": shape[1], "reduction": r}
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
