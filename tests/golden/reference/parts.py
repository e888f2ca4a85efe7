"""Formulas that several references share."""
import torch
import torch.nn.functional as F


def batch_norm(x, p, b, name, training, momentum=0.1):
    return F.batch_norm(x, b[f"{name}.running_mean"], b[f"{name}.running_var"], p[f"{name}.weight"], p[f"{name}.bias"],
                        training, momentum, 1e-5)


def batch_norm_params(name, channels):
    return {f"{name}.{k}": [channels] for k in ("weight", "bias", "running_mean", "running_var")}


def conv(x, p, name, **kw):
    return F.conv2d(x, p[f"{name}.weight"], p.get(f"{name}.bias"), **kw)


def linear(x, p, name):
    return F.linear(x, p[f"{name}.weight"], p.get(f"{name}.bias"))


def channel_gate(x, p, prefix, pools=("avg", "max")):
    flat = x.flatten(2)
    made = {"avg": lambda: flat.mean(-1), "max": lambda: flat.amax(-1), "lp": lambda: flat.pow(2).sum(-1).sqrt(),
            "lse": lambda: flat.logsumexp(-1)}
    total = sum(linear(torch.relu(linear(made[k](), p, prefix + "fc1")), p, prefix + "fc2") for k in pools)
    return torch.sigmoid(total)


def spatial_gate(x, p, b, prefix, training, order="mean-max", bn=False):
    mean, largest = x.mean(1, keepdim=True), x.amax(1, keepdim=True)
    pooled = torch.cat([mean, largest] if order == "mean-max" else [largest, mean], 1)
    k = p[prefix + "conv.weight"].shape[-1]
    logits = conv(pooled, p, prefix + "conv", padding=k // 2)
    if bn:
        logits = batch_norm(logits, p, b, prefix + "bn", training, 0.01)
    return torch.sigmoid(logits)


def mlp_params(prefix, channels, reduction, bias):
    c, r = channels, channels // reduction
    shapes = {f"{prefix}fc1.weight": [r, c], f"{prefix}fc2.weight": [c, r]}
    return shapes | ({f"{prefix}fc1.bias": [r], f"{prefix}fc2.bias": [c]} if bias else {})


def spatial_params(prefix, kernel, bias, bn):
    shapes = {f"{prefix}conv.weight": [1, 2, kernel, kernel]}
    if bias:
        shapes[f"{prefix}conv.bias"] = [1]
    return shapes | (batch_norm_params(f"{prefix}bn", 1) if bn else {})
