"""Makes the golden cases of the attention mechanisms under tests/golden/mechanisms/.

Each file in reference/ describes one mechanism by its formula: `KEY`, `cases()` and `run()`. A case runs in float64 on float32 data,
forward and backward, and is written as safetensors with the state before and after. Needs PyTorch (1.13 or later) and NumPy:

    python3 tests/golden/make_mechanisms.py [KEY ...]
"""
import importlib
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
TYPES = {np.dtype("float32"): "F32", np.dtype("bool"): "BOOL"}


def write_safetensors(path, tensors, metadata):
    header, offset, blobs = {"__metadata__": metadata}, 0, []
    for name in sorted(tensors):
        value = np.ascontiguousarray(tensors[name])
        header[name] = {"dtype": TYPES[value.dtype], "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
        blobs.append(value.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def error(a, b):
    difference, largest = (a.double() - b.double()).abs().max().item(), b.abs().max().item()
    return difference / largest if largest > 1e-6 else difference * 0.2


class Run:
    """One pass of a reference in one precision."""

    def __init__(self, module, case, data, dtype):
        cast = lambda t: (t.to(dtype) if t.is_floating_point() else t).clone()
        self.inputs = [cast(t) for t in data["input"]]
        for t in self.inputs:
            t.requires_grad_(t.is_floating_point())
        self.params = {k: cast(t).requires_grad_() for k, t in data["param"].items()}
        self.buffers = {k: cast(t) for k, t in data["buffer"].items()}
        self.output = module.run(case["config"], self.inputs, self.params, self.buffers, case["mode"] == "train")
        self.output.backward(cast(data["cotangent"](self.output.shape)))

    def results(self):
        out = {"output.0": self.output}
        for i, t in enumerate(self.inputs):
            if t.requires_grad:
                out[f"grad.input.{i}"] = t.grad if t.grad is not None else torch.zeros_like(t)
        for k, t in self.params.items():
            out[f"grad.param.{k}"] = t.grad if t.grad is not None else torch.zeros_like(t)
        for k, t in self.buffers.items():
            out[f"buffer_after.{k}"] = t
        return {k: t.detach() for k, t in out.items()}


def make(module, case, folder=HERE / "mechanisms", only_stable=False):
    generator = torch.Generator().manual_seed(zlib.crc32(f"{module.KEY}/{case['name']}".encode()))
    normal = lambda shape, scale=1.0: torch.randn(shape, generator=generator, dtype=torch.float32) * scale
    params, buffers = {}, {}
    for name, shape in case["params"].items():
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 1
        if name.endswith("running_mean"):
            buffers[name] = normal(shape, 0.3)
        elif name.endswith("running_var"):
            buffers[name] = torch.rand(shape, generator=generator) + 0.5
        elif len(shape) == 1:
            params[name] = normal(shape, 0.3) + (0.0 if name.endswith("bias") else 0.8)
        else:
            params[name] = normal(shape, fan_in ** -0.5)
    inputs = [t if isinstance(t, torch.Tensor) else normal(t) for t in case["inputs"]]
    cotangents = {}
    data = {"input": inputs, "param": params, "buffer": buffers,
            "cotangent": lambda shape: cotangents.setdefault(tuple(shape), normal(tuple(shape)))}
    exact = Run(module, case, data, torch.float64).results()
    rounded = Run(module, case, data, torch.float32).results()
    errors = {k: error(rounded[k], exact[k]) for k in exact}
    tolerance = max(2e-5, 10 * max(errors.values()))
    # Where the exact gradient is zero, its absolute error grows with all others: 1e-5 leaves room under the 1e-4 that a case may have.
    if only_stable and (tolerance > 1e-4 or any(errors[k] > 2e-6 and exact[k].abs().max() <= 1e-6 for k in exact)):
        return False
    tensors = {f"input.{i}": t for i, t in enumerate(inputs)}
    tensors |= {f"param.{k}": t for k, t in params.items()} | {f"buffer.{k}": t for k, t in buffers.items()}
    tensors |= exact | {"cotangent.0": cotangents[tuple(exact["output.0"].shape)]}
    if case["mode"] == "eval":
        tensors = {k: t for k, t in tensors.items() if not k.startswith("buffer_after")}
    arrays = {k: t.numpy() if t.dtype == torch.bool else t.to(torch.float32).numpy() for k, t in tensors.items()}
    metadata = {"mechanism": module.KEY, "config": json.dumps(case["config"]), "mode": case["mode"],
                "source": case.get("source", module.SOURCE), "tolerance": f"{tolerance:.1e}"}
    write_safetensors(folder / module.KEY / f"{case['name']}.safetensors", arrays, metadata)
    if not only_stable:
        print(f"{module.KEY:20} {case['name']:32} tolerance {tolerance:.1e}")
    return True


def main(keys):
    sys.path.insert(0, str(HERE))
    torch.set_num_threads(1)
    for path in sorted((HERE / "reference").glob("[a-z]*.py")):
        if path.stem == "parts" or (keys and path.stem not in keys):
            continue
        module = importlib.import_module(f"reference.{path.stem}")
        for case in module.cases():
            case.setdefault("mode", "eval")
            make(module, case)


if __name__ == "__main__":
    main(sys.argv[1:])
