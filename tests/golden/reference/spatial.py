"""CBAM's spatial attention: x * sigmoid(conv of the channels' mean and maximum)."""
from .parts import spatial_gate, spatial_params

KEY, SOURCE = "spatial", "Woo et al. 2018, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    return x * spatial_gate(x, p, b, "", training, config.get("poolOrder", "mean-max"), config.get("batchNorm", False))


def params(config):
    return spatial_params("", config.get("kernelSize", 7), config.get("convBias", False), config.get("batchNorm", False))


def cases():
    for name, mode, shape, config in [
        ("kernel-3-bias", "eval", [2, 12, 7, 5], {"kernelSize": 3, "convBias": True}),
        ("official-train", "train", [3, 10, 6, 8], {"kernelSize": 7, "batchNorm": True, "poolOrder": "max-mean"}),
        ("official-eval", "eval", [2, 10, 6, 8], {"batchNorm": True, "poolOrder": "max-mean"}),
        ("smaller-than-kernel", "eval", [1, 5, 2, 3], {"kernelSize": 7}),
        ("one-channel", "eval", [2, 1, 9, 4], {"kernelSize": 5}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape],
               "params": params(config)}
