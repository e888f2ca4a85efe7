"""PyTorch eager on a device: the rows of Devices.cs, as its users write them. Usage: devices.py DEVICE BATCH SECONDS"""

import contextlib
import os
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "Compare", "peers"))
import networks  # noqa: E402

SIDE, CLASSES, WARM_UPS = 224, 1000, 3
device, batch, seconds = torch.device(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
gpu = device.type == "cuda"


def run(step):
    """Images a second, and the most memory in megabytes (of a GPU; a processor's is not measured)."""
    if gpu:
        torch.cuda.reset_peak_memory_stats(device)
    for _ in range(WARM_UPS):
        step()
    if gpu:
        torch.cuda.synchronize(device)
    count, begin = 0, time.perf_counter()
    while count == 0 or time.perf_counter() - begin < seconds:
        step()
        count += 1
    if gpu:
        torch.cuda.synchronize(device)
    speed = count * batch / (time.perf_counter() - begin)
    return speed, torch.cuda.max_memory_allocated(device) / 1e6 if gpu else float("nan")


def rows():
    for model, attention in (("resnet50", "cbam"), ("vit_base_patch16", None)):
        for precision in ("float32", "tf32", "bfloat16"):
            if precision == "tf32" and not gpu:
                continue
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
            x = torch.randn(batch, 3, SIDE, SIDE)
            network = networks.build(model, attention, x.shape).to(device)
            x, labels = x.to(device), torch.zeros(batch, dtype=torch.int64, device=device)
            cast = torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()

            def forward():
                with torch.no_grad(), cast:
                    network(x).float().cpu()

            def training():
                network.zero_grad(set_to_none=True)
                with cast:
                    loss = F.cross_entropy(network(x).float(), labels)
                loss.backward()
                loss.item()

            for name, mode, step in (("forward", False, forward), ("training", True, training)):
                network.train(mode)
                yield (model, precision, name, *run(step))


for row in rows():
    print(*row, flush=True)
