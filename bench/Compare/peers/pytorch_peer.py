"""PyTorch's side of the comparison: builds the same models from the same weights, eager and as frozen TorchScript."""

import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

import classifiers
import detectors
import lines
import mechanisms
import networks
import retrieval
import scripts
import segmenters


def load(model, folder):
    weights = np.load(os.path.join(folder, "weights.npz"))
    missing, unknown = model.load_state_dict({n: torch.from_numpy(weights[n]) for n in weights.files}, strict=False)
    missing = [n for n in missing if not n.endswith("num_batches_tracked")]
    if missing or unknown:
        raise ValueError(f"the models differ: missing {missing}, unknown {unknown}")


def scripted(model, x):
    """Frozen TorchScript, rewritten for inference where that runs and still computes the same (PyTorch 1.13's hardswish does not)."""
    expected = model(x)
    try:
        optimized = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))
        if torch.allclose(optimized(x), expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max())):
            return optimized
    except RuntimeError:  # a build without oneDNN's graph rewriting
        pass
    return torch.jit.freeze(torch.jit.trace(model, x))


class Work:
    """One row: a step by engine, and numbers that all sides must agree on."""

    def __init__(self, folder, *wishes):
        with open(os.path.join(folder, "row.json")) as file:
            row = json.load(file)
        data = np.load(os.path.join(folder, "data.npz"))
        self.x = torch.from_numpy(data["x"])
        self.detects = detectors.knows(row["model"])
        self.segments = segmenters.knows(row["model"])
        if self.detects:
            self.model = detectors.build(row["model"])
        elif self.segments:
            self.model = segmenters.build(row["model"], row["attention"], self.x.shape)
        elif retrieval.knows(row["model"]):
            self.model = retrieval.build(self.x.shape)
        elif classifiers.knows(row["model"]):
            self.model = classifiers.build(row["model"])
        elif row["model"]:
            self.model = networks.build(row["model"], row["attention"], self.x.shape)
        else:
            self.model = mechanisms.build(row["attention"], self.x.shape, row["options"])
        load(self.model, folder)
        if "script" in wishes:
            scripts.save(self.model, self.x, folder, row["pass"] != "forward")
        getattr(self, "prepare_" + row["pass"].replace("-", "_"))(row, data)

    def prepare_forward(self, row, data):
        self.model.eval()
        plain = scripts.traceable(self.model)
        with torch.no_grad():
            self.scripted = scripted(plain, self.x)
            self.checks = {"eager": {"y": lines.sample(self.model(self.x))}, "script": {"y": lines.sample(self.scripted(self.x))}}
        self.steps = {"eager": self.forward, "script": self.script}

    def prepare_training(self, row, data):
        self.model.train()
        self.cotangent = torch.from_numpy(data["cotangent"])
        self.x.requires_grad_(True)
        y = self.training()
        check = {"y": lines.sample(y.detach()), "dx": lines.sample(self.x.grad)}
        for name, parameter in self.model.named_parameters():
            check["d " + name] = lines.sample(parameter.grad)
        self.checks = {"eager": check}
        self.steps = {"eager": self.training}

    def prepare_training_step(self, row, data):
        self.model.train()
        self.labels = detectors.targets(data["labels"]) if self.detects else torch.from_numpy(data["labels"])
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=row["learningRate"], momentum=0.9, weight_decay=5e-4)
        self.checks = {"eager": {"losses": [float(self.training_step().detach()) for _ in range(row["checkedSteps"])]}}
        self.steps = {"eager": self.training_step}

    def forward(self):
        with torch.no_grad():
            return self.model(self.x)

    def script(self):
        with torch.no_grad():
            return self.scripted(self.x)

    def training(self):
        self.x.grad = None
        self.model.zero_grad(set_to_none=True)
        y = self.model(self.x)
        y.backward(self.cotangent)
        return y

    def loss(self):
        if self.detects:
            return detectors.loss(self.model, self.x, self.labels)
        return segmenters.loss(self.model, self.x, self.labels) if self.segments else F.cross_entropy(self.model(self.x), self.labels)

    def training_step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss


class Product:
    """A square matrix product, for the comparison of one core with its peak."""

    def __init__(self, size):
        a, b = torch.randn(size, size), torch.randn(size, size)
        self.steps = {"product": lambda: torch.mm(a, b)}
        self.checks = {}


def prepare(what, *words):
    return Product(int(words[0])) if what == "product" else Work(what, *words)


if __name__ == "__main__":
    lines.serve({"name": "PyTorch", "version": torch.__version__, "host": "Python " + sys.version.split()[0]}, torch.set_num_threads, prepare)
