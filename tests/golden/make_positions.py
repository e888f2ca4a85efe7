#!/usr/bin/python3
"""Makes position embeddings of other image sizes, as torchvision interpolates them.

Run with PyTorch 1.13 and torchvision 0.14 (Debian: python3-torchvision):  python3 tests/golden/make_positions.py
positions.safetensors holds for each pair of sizes `from.A.B`, [1, 1 + A², 6], and `to.A.B`, [1, 1 + B², 6].
"""
import pathlib

import numpy as np
import torch
from torchvision.models.vision_transformer import interpolate_embeddings

import safetensors_out

PATCH = 4
torch.manual_seed(0)
tensors = {}
for old, new in [(8, 12), (12, 8), (14, 24), (7, 5), (3, 1), (2, 9), (1, 4)]:
    name = "encoder.pos_embedding"
    state = {name: torch.randn(1, 1 + old * old, 6)}
    tensors[f"from.{old}.{new}"] = state[name].numpy().copy()
    result = interpolate_embeddings(new * PATCH, PATCH, dict(state))[name]
    tensors[f"to.{old}.{new}"] = np.ascontiguousarray(result.numpy())
safetensors_out.write(str(pathlib.Path(__file__).parent / "positions.safetensors"), tensors)
