"""Point-wise spatial attention (PSANet): each position collects from, or distributes to, the positions of a window, dense A matrices."""
import torch
import torch.nn.functional as F

from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "psa", "Zhao et al. 2018, from the formula"


def spread(y, config, distribute):
    """The attention A [B, source, target] from the map of each owner, and which pairs lie in its window."""
    n, cells, h, w = y.shape
    mh, mw = config["maskHeight"], config["maskWidth"]
    owner = torch.arange(h * w)
    other = torch.arange(h * w)
    dy = other[None, :] // w - owner[:, None] // w + mh // 2
    dx = other[None, :] % w - owner[:, None] % w + mw // 2
    inside = (dy >= 0) & (dy < mh) & (dx >= 0) & (dx < mw)
    cell = (dy * mw + dx).clamp(0, cells - 1)
    a = y.flatten(2)[:, cell, owner[:, None].expand_as(cell)]
    outside = float("-inf") if config.get("outside", "zero") == "masked" and config.get("softmax", True) else 0.0
    a = torch.where(inside, a, torch.full_like(a, outside))
    return a if distribute else a.transpose(1, 2)


def branch(x, config, p, b, training, suffix, distribute):
    x = torch.relu(batch_norm(conv(x, p, f"reduce{suffix}.0"), p, b, f"reduce{suffix}.1", training))
    s = config.get("shrinkFactor", 2)
    if s != 1:
        size = ((x.shape[2] - 1) // s + 1, (x.shape[3] - 1) // s + 1)
        x = F.interpolate(x, size=size, mode="bilinear", align_corners=True)
    n, c, h, w = x.shape
    y = torch.relu(batch_norm(conv(x, p, f"attention{suffix}.0"), p, b, f"attention{suffix}.1", training))
    y = conv(y, p, f"attention{suffix}.3")
    if config.get("compact"):
        a = y.reshape(n, h * w, h * w)
        a = a.transpose(1, 2) if distribute else a
    else:
        a = spread(y, config, distribute)
    if config.get("softmax", True):
        a = torch.softmax(a, 1)
    norm = config.get("normalization", 1.0)
    cells = y.shape[1]
    return torch.bmm(x.flatten(2), a).reshape(n, c, h, w) / (cells if norm is None else norm)


def run(config, inputs, p, b, training):
    x, = inputs
    mode = config.get("mode", "bi")
    if mode == "bi":
        z = torch.cat([branch(x, config, p, b, training, "", False), branch(x, config, p, b, training, "_p", True)], 1)
    else:
        z = branch(x, config, p, b, training, "", mode == "distribute")
    z = torch.relu(batch_norm(conv(z, p, "proj.0"), p, b, "proj.1", training))
    if z.shape != x.shape:
        z = F.interpolate(z, size=x.shape[2:], mode="bilinear", align_corners=True)
    return torch.cat([x, z], 1)


def params(config):
    c, m, bi = config["channels"], config["midChannels"], config.get("mode", "bi") == "bi"
    cells = config["maskHeight"] * config["maskWidth"]
    shapes = {"proj.0.weight": [c, m * (2 if bi else 1), 1, 1]} | batch_norm_params("proj.1", c)
    for suffix in ("", "_p") if bi else ("",):
        shapes |= {f"reduce{suffix}.0.weight": [m, c, 1, 1], f"attention{suffix}.0.weight": [m, m, 1, 1],
                   f"attention{suffix}.3.weight": [cells, m, 1, 1]}
        shapes |= batch_norm_params(f"reduce{suffix}.1", m) | batch_norm_params(f"attention{suffix}.1", m)
    return shapes


def cases():
    for name, mode, shape, config in [
        ("bi-default", "eval", [2, 8, 9, 7], {"midChannels": 4, "maskHeight": 9, "maskWidth": 7}),
        ("collect-small-window", "train", [2, 6, 7, 8], {"midChannels": 5, "mode": "collect", "shrinkFactor": 1, "maskHeight": 3, "maskWidth": 5}),
        ("distribute-small-window", "train", [2, 6, 7, 8], {"midChannels": 5, "mode": "distribute", "shrinkFactor": 1, "maskHeight": 5, "maskWidth": 3}),
        ("bi-small-window-masked", "train", [3, 6, 5, 9], {"midChannels": 4, "shrinkFactor": 1, "maskHeight": 3, "maskWidth": 3, "outside": "masked"}),
        ("bi-larger-window-masked", "eval", [1, 6, 4, 5], {"midChannels": 3, "shrinkFactor": 1, "maskHeight": 11, "maskWidth": 13, "outside": "masked"}),
        ("collect-wide-map", "eval", [1, 4, 5, 40], {"midChannels": 6, "mode": "collect", "shrinkFactor": 1, "maskHeight": 5, "maskWidth": 7}),
        ("distribute-wide-map", "eval", [1, 4, 11, 40], {"midChannels": 6, "mode": "distribute", "shrinkFactor": 1, "maskHeight": 3, "maskWidth": 9}),
        ("no-softmax-normalized", "train", [2, 6, 7, 5], {"midChannels": 4, "shrinkFactor": 1, "maskHeight": 5, "maskWidth": 5, "softmax": False, "normalization": None}),
        ("normalized-by-7", "eval", [2, 6, 6, 5], {"midChannels": 4, "mode": "distribute", "shrinkFactor": 1, "maskHeight": 1, "maskWidth": 3, "normalization": 7.0}),
        ("window-of-one", "eval", [2, 4, 4, 3], {"midChannels": 3, "mode": "collect", "shrinkFactor": 1, "maskHeight": 1, "maskWidth": 1}),
        ("compact-bi-shrunk", "train", [3, 6, 9, 7], {"midChannels": 4, "compact": True, "maskHeight": 5, "maskWidth": 4}),
        ("compact-collect", "eval", [2, 5, 4, 6], {"midChannels": 3, "mode": "collect", "compact": True, "shrinkFactor": 1, "maskHeight": 4, "maskWidth": 6}),
        ("compact-distribute-raw", "eval", [2, 5, 3, 4], {"midChannels": 3, "mode": "distribute", "compact": True, "shrinkFactor": 1, "maskHeight": 3, "maskWidth": 4, "softmax": False, "normalization": None}),
        ("shrink-3-uneven", "eval", [1, 4, 12, 11], {"midChannels": 3, "shrinkFactor": 3, "maskHeight": 7, "maskWidth": 7}),
        ("one-row", "eval", [2, 4, 1, 9], {"midChannels": 3, "shrinkFactor": 1, "maskHeight": 3, "maskWidth": 5}),
        ("one-position", "eval", [3, 4, 1, 1], {"midChannels": 3, "maskHeight": 3, "maskWidth": 3}),
    ]:
        yield {"name": name, "mode": mode, "config": {"channels": shape[1], **config}, "inputs": [shape], "params": params({"channels": shape[1], **config})}
