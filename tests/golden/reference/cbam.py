"""CBAM: the channel gate, then the spatial gate."""
from .parts import channel_gate, mlp_params, spatial_gate, spatial_params

KEY, SOURCE = "cbam", "Woo et al. 2018, from the formula"


def run(config, inputs, p, b, training, prefix=""):
    x, = inputs
    u = x * channel_gate(x, p, prefix + "channel.", config.get("pools", ["avg", "max"]))[..., None, None]
    return u * spatial_gate(u, p, b, prefix + "spatial.", training, config.get("poolOrder", "mean-max"), config.get("spatialBatchNorm", False))


def params(config, prefix=""):
    return mlp_params(prefix + "channel.", config["channels"], config.get("reduction", 16), config.get("mlpBias", False)) | spatial_params(
        prefix + "spatial.", config.get("kernelSize", 7), config.get("convBias", False), config.get("spatialBatchNorm", False))


def cases():
    for name, mode, shape, config in [
        ("default", "eval", [2, 32, 6, 5], {"channels": 32}),
        ("official-train", "train", [3, 16, 7, 6],
         {"channels": 16, "reduction": 4, "mlpBias": True, "spatialBatchNorm": True, "poolOrder": "max-mean"}),
        ("four-pools", "train", [2, 12, 5, 5],
         {"channels": 12, "reduction": 3, "kernelSize": 3, "convBias": True, "pools": ["avg", "max", "lp", "lse"]}),
        ("one-position", "eval", [2, 16, 1, 1], {"channels": 16, "reduction": 8}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
