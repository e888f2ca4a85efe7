"""DANet's channel attention: softmax over channels of the maximum minus the energies."""
import torch

KEY, SOURCE = "cam", "Fu et al. 2019, official code's sign, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    m = x.flatten(2)
    e = m @ m.transpose(1, 2)
    a = torch.softmax(e.amax(-1, keepdim=True) - e, -1)
    return p["gamma"] * (a @ m).view_as(x) + x


def cases():
    for name, shape in [("odd", [2, 32, 3, 5]), ("one-position", [3, 16, 1, 1]), ("one-channel", [2, 1, 4, 3]), ("one-row", [1, 24, 1, 6]),
                        ("many-channels", [1, 251, 2, 3])]:
        # Small maps, so that the energies stay of the size of a few units and more than one weight is not zero.
        x = torch.randn(shape, generator=torch.Generator().manual_seed(len(name))) * (2.0 / (shape[2] * shape[3])) ** 0.5
        yield {"name": name, "config": {"channels": shape[1]}, "inputs": [x], "params": {"gamma": [1]}}
