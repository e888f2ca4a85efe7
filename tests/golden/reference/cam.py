"""DANet's channel attention: softmax over channels of the maximum minus the energies."""
import torch

KEY, SOURCE = "cam", "Fu et al. 2019, official code's sign, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    m = x.flatten(2)
    e = m @ m.transpose(1, 2)
    a = torch.softmax(e.amax(-1, keepdim=True) - e, -1)
    return p["gamma"] * (a @ m).view_as(x) + x


def params(config):
    return {"gamma": [1]}


def inputs(shape):
    # Of such a size that the energies stay at a few units and more than one weight is not zero.
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape))) * (2.0 / (shape[2] * shape[3])) ** 0.5


def cases():
    for name, shape in [("odd", [2, 32, 3, 5]), ("one-position", [3, 16, 1, 1]), ("one-channel", [2, 1, 4, 3]), ("one-row", [1, 24, 1, 6]),
                        ("many-channels", [1, 251, 2, 3])]:
        config = {"channels": shape[1]}
        yield {"name": name, "config": config, "inputs": [inputs(shape)], "params": params(config)}
