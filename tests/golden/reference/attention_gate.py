"""Attention gate: the skip times a map made from the gating signal and the skip."""
import torch

from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "attention_gate", "Oktay et al. 2018 with batch norm, from the formula"


def run(config, inputs, p, b, training):
    g, x = inputs
    branch = lambda t, name: batch_norm(conv(t, p, f"{name}.0"), p, b, f"{name}.1", training)
    return x * torch.sigmoid(branch(torch.relu(branch(g, "w_g") + branch(x, "w_x")), "psi"))


def params(config):
    shapes, m = {}, config["intermediateChannels"]
    for branch, i, o in [("w_g", config["gatingChannels"], m), ("w_x", config["channels"], m), ("psi", m, 1)]:
        shapes |= {f"{branch}.0.weight": [o, i, 1, 1], f"{branch}.0.bias": [o]} | batch_norm_params(f"{branch}.1", o)
    return shapes


def cases():
    for name, mode, shape, (cg, c, m) in [("train-wide", "train", [3, 5, 7], (6, 10, 4)), ("eval-tall", "eval", [1, 9, 2], (12, 4, 6)),
                                          ("one-channel", "eval", [2, 4, 4], (1, 1, 1))]:
        n, h, w = shape
        config = {"gatingChannels": cg, "channels": c, "intermediateChannels": m}
        yield {"name": name, "mode": mode, "config": config, "inputs": [[n, cg, h, w], [n, c, h, w]], "params": params(config)}
