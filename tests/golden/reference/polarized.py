"""Polarized Self-Attention: a channel branch over all positions and a spatial branch over the pooled channels."""
import torch
import torch.nn.functional as F

from .parts import conv

KEY, SOURCE = "polarized", "Liu et al. 2021, paper and official form, from the formulas"


def channel_gate(x, p, paper, sequential):
    weights = conv(x, p, "conv_q_right").flatten(2).softmax(-1)
    z = (conv(x, p, "conv_v_right").flatten(2) @ weights.transpose(1, 2))[..., None]
    if paper:
        z = conv(z, p, "conv_up.0")
        z = F.layer_norm(z, z.shape[1:], p["conv_up.1.weight"], p["conv_up.1.bias"])
    elif sequential:
        z = conv(z, p, "conv_up.0")
        z = conv(torch.relu(F.layer_norm(z, z.shape[1:], p["conv_up.1.weight"], p["conv_up.1.bias"])), p, "conv_up.3")
    else:
        z = conv(z, p, "conv_up")
    return torch.sigmoid(z)


def spatial_gate(x, p, paper, sequential):
    q, v = conv(x, p, "conv_q_left").mean((2, 3))[:, None], conv(x, p, "conv_v_left").flatten(2)
    if paper:
        z = q.softmax(-1) @ v
    elif sequential:
        z = q @ v.softmax(-1)
    else:
        z = (q @ v).softmax(-1)
    return torch.sigmoid(z).reshape(x.shape[0], 1, *x.shape[2:])


def run(config, inputs, p, b, training):
    x, = inputs
    paper, sequential = config.get("variant") == "paper", config.get("arrangement") == "sequential"
    u = x * channel_gate(x, p, paper, sequential)
    return u * spatial_gate(u, p, paper, sequential) if sequential else u + x * spatial_gate(x, p, paper, sequential)


def params(config):
    c = config["channels"]
    shapes = {"conv_q_right.weight": [1, c, 1, 1], **{f"conv_{k}.weight": [c // 2, c, 1, 1] for k in ("v_right", "q_left", "v_left")}}
    if config.get("variant") == "paper":
        shapes |= {"conv_up.0.weight": [c, c // 2, 1, 1], "conv_up.1.weight": [c, 1, 1], "conv_up.1.bias": [c, 1, 1]}
    elif config.get("arrangement") == "sequential":
        m = c // 8
        shapes |= {"conv_up.0.weight": [m, c // 2, 1, 1], "conv_up.0.bias": [m], "conv_up.1.weight": [m, 1, 1], "conv_up.1.bias": [m, 1, 1],
                   "conv_up.3.weight": [c, m, 1, 1], "conv_up.3.bias": [c]}
    else:
        shapes["conv_up.weight"] = [c, c // 2, 1, 1]
    return shapes


def cases():
    for name, shape, config in [
        ("parallel-odd", [2, 10, 3, 7], {"arrangement": "parallel"}),
        ("sequential-16", [1, 16, 5, 2], {"arrangement": "sequential", "variant": "official"}),
        ("paper-parallel", [2, 12, 4, 4], {"variant": "paper"}),
        ("paper-sequential", [3, 8, 2, 5], {"arrangement": "sequential", "variant": "paper"}),
    ]:
        config = {"channels": shape[1], **config}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
