"""Relation-Aware Global Attention: gates from each place's relations to all others, in both directions, with the relations in full."""
import torch
import torch.nn.functional as F

from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "rga", "Zhang et al. 2020, from the formula"


def project(x, p, b, name, training):
    return torch.relu(batch_norm(conv(x, p, f"{name}.0"), p, b, f"{name}.1", training))


def gate(x, others, p, b, name, training):
    """x: [B, features, h, w]; the gate of its places from relations to the places of `others`."""
    n, _, h, w = x.shape
    theta, phi = project(x, p, b, f"theta_{name}", training), project(x, p, b, f"phi_{name}", training)
    own = project(x, p, b, f"gx_{name}", training).mean(1, keepdim=True)
    theta_to, phi_to = others(theta).flatten(2), others(phi).flatten(2)
    out_of = torch.einsum("bdi,bdj->bji", theta.flatten(2), phi_to)
    into = torch.einsum("bdj,bdi->bji", theta_to, phi.flatten(2))
    relations = torch.cat([out_of, into], 1).reshape(n, -1, h, w)
    y = torch.cat([own, project(relations, p, b, f"gg_{name}", training)], 1)
    y = torch.relu(batch_norm(conv(y, p, f"W_{name}.0"), p, b, f"W_{name}.1", training))
    return torch.sigmoid(batch_norm(conv(y, p, f"W_{name}.3"), p, b, f"W_{name}.4", training))


def run(config, inputs, p, b, training):
    x, = inputs
    n, c = x.shape[:2]
    size = (config["height"], config["width"])
    on_grid = (lambda t: F.adaptive_avg_pool2d(t, size)) if config.get("anySize") else (lambda t: t)
    if config.get("spatial", True):
        x = x * gate(x, on_grid, p, b, "spatial", training)
    if config.get("channel", True):
        turned = on_grid(x).flatten(2).transpose(1, 2).unsqueeze(-1)
        x = x * gate(turned, lambda t: t, p, b, "channel", training).reshape(n, c, 1, 1)
    return x


def params(config):
    c, n = config["channels"], config["height"] * config["width"]
    ic, ip, d = c // config.get("channelRatio", 8), n // config.get("spatialRatio", 8), config.get("downRatio", 8)
    shapes = {}
    for name, features, inner, places, inner_places in [("spatial", c, ic, n, ip), ("channel", n, ip, c, ic)]:
        if not config.get(name, True):
            continue
        for k in ("theta", "phi", "gx"):
            shapes |= {f"{k}_{name}.0.weight": [inner, features, 1, 1]} | batch_norm_params(f"{k}_{name}.1", inner)
        hidden = (1 + inner_places) // d
        shapes |= {f"gg_{name}.0.weight": [inner_places, 2 * places, 1, 1]} | batch_norm_params(f"gg_{name}.1", inner_places)
        shapes |= {f"W_{name}.0.weight": [hidden, 1 + inner_places, 1, 1]} | batch_norm_params(f"W_{name}.1", hidden)
        shapes |= {f"W_{name}.3.weight": [1, hidden, 1, 1]} | batch_norm_params(f"W_{name}.4", 1)
    return shapes


def cases():
    for name, mode, shape, config in [
        ("both-eval-odd", "eval", [2, 16, 5, 7], {"channels": 16, "height": 5, "width": 7, "channelRatio": 4, "spatialRatio": 5, "downRatio": 3}),
        ("both-train-square", "train", [4, 24, 6, 6], {"channels": 24, "height": 6, "width": 6, "channelRatio": 3, "spatialRatio": 4, "downRatio": 2}),
        ("spatial-one-image", "train", [1, 12, 9, 4], {"channels": 12, "height": 9, "width": 4, "channel": False, "channelRatio": 2, "spatialRatio": 6, "downRatio": 2}),
        ("channel-ratio-1", "train", [3, 7, 3, 4], {"channels": 7, "height": 3, "width": 4, "spatial": False, "channelRatio": 1, "spatialRatio": 1, "downRatio": 1}),
        ("default-ratios", "eval", [2, 64, 8, 8], {"channels": 64, "height": 8, "width": 8}),
        ("one-position", "eval", [2, 8, 1, 1], {"channels": 8, "height": 1, "width": 1, "channelRatio": 8, "spatialRatio": 1, "downRatio": 2}),
        ("any-size-larger", "train", [2, 8, 9, 7], {"channels": 8, "height": 4, "width": 3, "channelRatio": 2, "spatialRatio": 3, "downRatio": 2, "anySize": True}),
        ("any-size-smaller", "eval", [1, 8, 3, 5], {"channels": 8, "height": 4, "width": 6, "channelRatio": 2, "spatialRatio": 4, "downRatio": 5, "anySize": True}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
