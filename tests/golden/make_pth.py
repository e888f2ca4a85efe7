#!/usr/bin/python3
"""Makes the PyTorch files that the tests read, and what they hold as safetensors.

Run with PyTorch 1.13 and NumPy (Debian: python3-torch):  python3 tests/golden/make_pth.py
For each NAME.pth (zip form) and NAME.th (legacy form) there is a NAME.safetensors with every tensor by its dotted path.
"""

import argparse
import collections
import datetime
import enum
import functools
import os
import pathlib

import numpy as np
import torch

import safetensors_out

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pth")


def expected(value, path=""):
    """Every tensor in a nested container by its path, widened as Fovea does."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        if value.dtype == torch.bfloat16:
            value = value.float()
        return {path: safetensors_out.widen(np.ascontiguousarray(value.numpy()).reshape(tuple(value.shape)))}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else []
    found = {}
    for key, item in items:
        found.update(expected(item, f"{path}.{key}" if path else str(key)))
    return found


def save(name, value, protocols=()):
    torch.save(value, os.path.join(OUT, name + ".pth"))
    torch.save(value, os.path.join(OUT, name + ".th"), _use_new_zipfile_serialization=False)
    for protocol in protocols:
        torch.save(value, os.path.join(OUT, f"{name}-protocol{protocol}.pth"), pickle_protocol=protocol)
    safetensors_out.write(os.path.join(OUT, name + ".safetensors"), expected(value))


def types():
    x = torch.tensor([-2.5, 0.0, 0.1, 3.0e4, 1.0e-6])
    return {
        "double": x.double() / 3,
        "float": x / 3,
        "half": x.half(),
        "bfloat16": x.bfloat16(),
        "long": torch.tensor([-(2**63), -1, 2**63 - 1]),
        "int": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "short": torch.tensor([-(2**15), 2**15 - 1], dtype=torch.int16),
        "char": torch.tensor([-128, 127], dtype=torch.int8),
        "byte": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(4.25),
        "empty": torch.empty(0),
        "empty_axis": torch.empty(3, 0, 2, dtype=torch.float64),
        "ones_axes": torch.arange(3.0).reshape(1, 3, 1),
    }


def views():
    base = torch.arange(24.0).reshape(2, 3, 4)
    half = torch.arange(12.0).half().reshape(3, 4)
    return {
        "base": base,
        "same": base,
        "transposed": base.transpose(0, 2),
        "slice": base[1, 1:, ::2],
        "tail": base.flatten()[20:],
        "diagonal": base[0].diagonal(),
        "expanded": torch.tensor([7.0, 8.0]).reshape(2, 1).expand(2, 5),
        "half_columns": half[:, 1],
        "half_transposed": half.t(),
        "byte_view": torch.arange(10, dtype=torch.uint8)[3:9:3],
        "channels_last": torch.arange(48.0).reshape(1, 3, 4, 4).to(memory_format=torch.channels_last),
        "empty_view": base[:, 3:, :],
    }


def checkpoint():
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.rand(2, 3, 3, 3)).sum().backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    wrapped = collections.OrderedDict(("module." + k, v) for k, v in model.state_dict().items())
    wrapped._metadata = model.state_dict()._metadata
    return {
        "epoch": 3,
        "arch": "tiny",
        "best": np.float64(91.5),
        "seen": np.int64(-5),
        "flags": {"a", "b"},
        "size": torch.Size([1, 2]),
        "dtype": torch.float16,
        "device": torch.device("cpu"),
        "nothing": None,
        "large": 2**70,
        "raw": b"\x00\xff",
        "nested": [(1, 2.5), [True, {"deep": torch.ones(2)}]],
        "parameter": torch.nn.Parameter(torch.full((2,), 0.5)),
        "state_dict": wrapped,
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }


class Names(collections.OrderedDict):
    """A subclass of dict, as some training scripts save their weights in."""


class Stage(enum.Enum):
    WARM = 1


def bookkeeping():
    """Weights beside what training scripts keep, each thing in one form at least."""
    weights = Names({"fc.weight": torch.arange(6.0).reshape(2, 3), "fc.bias": torch.tensor([0.5, -0.5]), "loss._extra_state": None})
    return {
        "model": weights,
        "ema": {"fc.weight": torch.zeros(2, 3), "fc.bias": torch.zeros(2)},
        "args": argparse.Namespace(lr=0.1, classes=["a"]),
        "array": np.arange(3.0),
        "rng": {"numpy": np.random.RandomState(1).get_state(legacy=False)},
        "history": collections.defaultdict(list, {"loss": [1.0]}),
        "date": datetime.date(2020, 1, 1),
        "path": pathlib.PurePosixPath("/x"),
        "stage": Stage.WARM,
        "partial": functools.partial(max, 1),
        "complex": 1 + 2j,
        "dtype": np.dtype("f4"),
        "optimizer_class": torch.optim.SGD,
        "sparse": torch.eye(2).to_sparse(),
        "size": torch.Size([1, 2]),
        "set": {1},
        "bytes": b"\x00",
    }


class Whole(torch.nn.Module):
    """A model saved whole, which the reader must refuse."""


def main():
    os.makedirs(OUT, exist_ok=True)
    save("types", types())
    save("views", views())
    save("checkpoint", checkpoint(), protocols=(3, 4, 5))
    save("two", {"generator": {"w": torch.ones(2)}, "discriminator": {"w": torch.zeros(3)}})
    save("tensor", torch.arange(6.0).reshape(2, 3))
    for protocol in range(6):
        torch.save(bookkeeping(), os.path.join(OUT, f"bookkeeping-protocol{protocol}.pth"), pickle_protocol=protocol)
    torch.save(bookkeeping(), os.path.join(OUT, "bookkeeping.th"), pickle_protocol=1, _use_new_zipfile_serialization=False)
    torch.save(Whole(), os.path.join(OUT, "model.pth"))
    torch.save(Whole(), os.path.join(OUT, "model.th"), _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
