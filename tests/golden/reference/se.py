"""Squeeze-and-Excitation: x * gate(W2 relu(W1 mean(x)))."""
import torch
import torch.nn.functional as F

from .parts import linear, mlp_params

KEY, SOURCE = "se", "Hu et al. 2018, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    p = {k: v.flatten(1) if k.endswith("weight") else v for k, v in p.items()}
    inside = F.silu if config.get("activation") == "silu" else torch.relu
    z = linear(inside(linear(x.flatten(2).mean(-1), p, "fc1")), p, "fc2")
    gate = F.hardsigmoid(z) if config.get("gate") == "hard-sigmoid" else torch.sigmoid(z)
    return x * gate[..., None, None]


def params(config):
    c = config["channels"]
    reduction = c // config["squeezeChannels"] if "squeezeChannels" in config else config.get("reduction", 16)
    shapes = mlp_params("", c, reduction, config.get("bias", False))
    return {k: v + [1, 1] if config.get("pointwise") and len(v) == 2 else v for k, v in shapes.items()}


def cases():
    for name, shape, config in [
        ("bias", [3, 24, 5, 7], {"channels": 24, "reduction": 4, "bias": True}),
        ("hard-sigmoid", [2, 16, 6, 6], {"channels": 16, "reduction": 2, "bias": True, "gate": "hard-sigmoid"}),
        ("one-position", [2, 20, 1, 1], {"channels": 20, "reduction": 5}),
        ("batch-1-odd", [1, 33, 3, 11], {"channels": 33, "reduction": 16}),
        ("mobilenet", [2, 24, 4, 3], {"channels": 24, "squeezeChannels": 8, "bias": True, "gate": "hard-sigmoid", "pointwise": True}),
        ("efficientnet", [2, 24, 3, 5], {"channels": 24, "squeezeChannels": 4, "bias": True, "activation": "silu", "pointwise": True}),
    ]:
        yield {"name": name, "config": config, "inputs": [shape],
               "params": params(config)}
