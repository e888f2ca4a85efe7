"""CBAM's channel attention: x * sigmoid(sum of one MLP over the pools)."""
from .parts import channel_gate, mlp_params

KEY, SOURCE = "cbam_channel", "Woo et al. 2018, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    return x * channel_gate(x, p, "", config.get("pools", ["avg", "max"]))[..., None, None]


def params(config):
    return mlp_params("", config["channels"], config.get("reduction", 16), config.get("mlpBias", False))


def cases():
    for name, shape, config in [
        ("default", [2, 32, 6, 5], {"channels": 32}),
        ("four-pools-bias", [2, 24, 5, 4], {"channels": 24, "reduction": 6, "mlpBias": True, "pools": ["avg", "max", "lp", "lse"]}),
        ("max-only", [3, 18, 7, 3], {"channels": 18, "reduction": 9, "pools": ["max"]}),
        ("lp-lse", [1, 16, 4, 9], {"channels": 16, "reduction": 2, "pools": ["lp", "lse"]}),
    ]:
        yield {"name": name, "config": config, "inputs": [shape],
               "params": params(config)}
