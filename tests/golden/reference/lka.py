"""Large Kernel Attention: a 21×21 convolution in three steps, whose result multiplies the input."""
from .parts import conv

KEY, SOURCE = "lka", "Guo et al. 2022, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    c = x.shape[1]
    near = conv(x, p, "conv0", padding=2, groups=c)
    far = conv(near, p, "conv_spatial", padding=9, dilation=3, groups=c)
    return x * conv(far, p, "conv1")


def params(config):
    c = config["channels"]
    shapes = {"conv0": [c, 1, 5, 5], "conv_spatial": [c, 1, 7, 7], "conv1": [c, c, 1, 1]}
    return {f"{name}.weight": shape for name, shape in shapes.items()} | {f"{name}.bias": [c] for name in shapes}


def cases():
    for name, shape in [("smaller-than-kernel", [2, 6, 5, 8]), ("wide", [1, 9, 3, 23]), ("one-channel", [3, 1, 20, 20])]:
        config = {"channels": shape[1]}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
