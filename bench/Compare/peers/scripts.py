"""Models as TorchScript for a newer libtorch, which has no Python: plain.pt as they are written, and fused.pt with the fused attention."""

import copy
import os
import re
import zipfile

import torch

import mechanisms


def traceable(model):
    return mechanisms.PlainMultiHead(model).train(model.training) if isinstance(model, mechanisms.MultiHead) else model


def save(model, x, folder, training):
    for name, mechanisms.FUSED in (("plain", False), ("fused", True)):
        path = os.path.join(folder, name + ".pt")
        own = copy.deepcopy(traceable(model)).train(training)  # a trace of training moves the running statistics
        trace = torch.jit.trace(own, x, check_trace=False)
        (trace if training else torch.jit.freeze(trace)).save(path)
        if mechanisms.FUSED and not rename(path):
            os.remove(path)
    mechanisms.FUSED = False


def rename(path):
    """Gives the fused op the name that it has since PyTorch 2. Returns whether it is there at all."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    found = False
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            if name.endswith(".py"):
                text, count = re.subn(r"(\w+), \w+,? = torch\._scaled_dot_product_attention\(", r"\1 = torch.scaled_dot_product_attention(", content.decode())
                found, content = found or count > 0, text.encode()
            archive.writestr(name, content)
    return found
