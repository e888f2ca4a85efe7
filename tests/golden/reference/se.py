"""Squeeze-and-Excitation: x * gate(W2 relu(W1 mean(x)))."""
import torch
import torch.nn.functional as F

from .parts import linear, mlp_params

KEY, SOURCE = "se", "Hu et al. 2018, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    z = linear(torch.relu(linear(x.flatten(2).mean(-1), p, "fc1")), p, "fc2")
    gate = F.hardsigmoid(z) if config.get("gate") == "hard-sigmoid" else torch.sigmoid(z)
    return x * gate[..., None, None]


def params(config):
    return mlp_params("", config["channels"], config.get("reduction", 16), config.get("bias", False))


def cases():
    for name, shape, config in [
        ("bias", [3, 24, 5, 7], {"channels": 24, "reduction": 4, "bias": True}),
        ("hard-sigmoid", [2, 16, 6, 6], {"channels": 16, "reduction": 2, "bias": True, "gate": "hard-sigmoid"}),
        ("one-position", [2, 20, 1, 1], {"channels": 20, "reduction": 5}),
        ("batch-1-odd", [1, 33, 3, 11], {"channels": 33, "reduction": 16}),
    ]:
        yield {"name": name, "config": config, "inputs": [shape],
               "params": params(config)}
