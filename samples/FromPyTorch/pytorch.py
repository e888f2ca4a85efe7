"""Runs the left-hand side of docs/guides/from-pytorch.md and keeps what it gives: weights, inputs and results of every module on the page.

    python3 samples/FromPyTorch/pytorch.py

writes pytorch.pth beside itself, which the program here reads: the right-hand side gives the same. Made with PyTorch 1.13.0.
"""
import pathlib
import re

import torch

here = pathlib.Path(__file__).parent
page = (here / "../../docs/guides/from-pytorch.md").read_text(encoding="utf-8")
names = {}
exec("import torch\nimport torch.nn.functional as F\nfrom torch import nn\n", names)
for code in re.findall(r"^```python\n(class .*?)^```", page, re.MULTILINE | re.DOTALL):
    exec(code, names)

torch.manual_seed(1)
maps = torch.randn(2, 16, 6, 5)
cases = {
    "SELayer": ((16,), [maps]),
    "CBAM": ((16,), [maps]),
    "NonLocalBlock": ((16,), [maps]),
    "PAM": ((16,), [maps]),
    "CAM": ((), [maps]),
    "CrissCross": ((16,), [maps]),
    "AttentionBlock": ((8, 16, 4), [torch.randn(2, 8, 6, 5), maps]),
    "UpBlock": ((32, 16), [torch.randn(2, 32, 3, 3), maps]),
    "ViT": ((16, 4, 32, 2, 4, 10), [torch.randn(2, 3, 16, 16)]),
}
kept = {}
for name, (options, inputs) in cases.items():
    module = names[name](*options).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(0, 0.3)
        kept[name] = {"state": module.state_dict(), "output": module(*inputs), **{f"input{i}": x for i, x in enumerate(inputs)}}
torch.save(kept, here / "pytorch.pth")
