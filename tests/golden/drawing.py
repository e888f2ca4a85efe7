"""Numbers from a counter, which the tests draw as well: nothing of the weights and pictures behind expected values is stored."""

import numpy as np
import torch


def noise(count, seed):
    """float32 numbers from -1 to 1."""
    n = (np.arange(count, dtype=np.uint64) + np.uint64(seed) * np.uint64(1000003)) & np.uint64(0xFFFFFFFF)
    n = (n * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    n ^= n >> np.uint64(15)
    n = (n * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    n ^= n >> np.uint64(13)
    return ((n >> np.uint64(8)).astype(np.float32) / np.float32(1 << 23)) - np.float32(1)


def state_of(model):
    """Parameters and statistics in the order of their names; no counters and tables of places, which are whole numbers."""
    return {k: v for k, v in sorted(model.state_dict().items()) if v.is_floating_point()}


def draw(model, scale=4):
    """Draws a model's state: weights of variance scale / 3 over their inputs, factors and variances around 1, others around 0."""
    with torch.no_grad():
        for seed, (name, value) in enumerate(state_of(model).items()):
            numbers = noise(value.numel(), seed + 1)
            if value.ndim >= 2:
                numbers = numbers * np.float32(np.sqrt(np.float32(scale) / np.float32(value[0].numel())))
            elif name.endswith("running_var") or name.endswith("weight"):
                numbers = numbers * np.float32(0.25) + np.float32(1)
            else:
                numbers = numbers * np.float32(0.25)
            value.copy_(torch.from_numpy(numbers.astype(np.float64)).reshape(value.shape))
    return model.eval()


def pictures(*shape):
    return torch.from_numpy(noise(int(np.prod(shape)), 77).astype(np.float64)).reshape(shape)
