"""Makes hundreds of further golden cases, of every value of every option in random combinations, into a folder outside the repository:

    python3 tests/golden/sweep_mechanisms.py FOLDER [KEY ...] [--count 40] [--seed 0]
    fovea verify FOLDER
    python3 tests/golden/sweep_mechanisms.py --kept

The references are those of make_mechanisms.py. Shapes are drawn from small odd and even sizes, with single positions, rows and columns
among them, and batches of one to five. Left out are cases of a batch norm that has one number to normalise, because nothing defines them,
and cases in which PyTorch's own float32 loses most digits, because nothing is learnt from them.
"""
import argparse
import importlib
import pathlib
import random
import shutil
import tempfile

import torch

import make_mechanisms

HERE = pathlib.Path(__file__).parent

# Cases that the repository keeps, as (seed, number): those that cover most values which no other case has. Made again by --kept.
KEPT = {
    "attention_gate": [(2, 29), (2, 45)],
    "bam": [(2, 50), (3, 18)],
    "bottleneck": [(3, 22), (2, 55)],
    "cam": [(2, 9), (2, 22)],
    "cbam": [(2, 9), (2, 47)],
    "cbam_channel": [(3, 0), (2, 26)],
    "coordinate": [(3, 55), (3, 16)],
    "criss_cross": [(2, 53), (3, 38)],
    "danet": [(3, 22), (2, 35)],
    "eca": [(3, 43), (3, 47)],
    "ema": [(2, 8), (2, 5)],
    "gather_excite": [(3, 32), (2, 33)],
    "global_context": [(3, 39), (3, 21)],
    "lka": [(2, 2), (2, 10)],
    "multi_head": [(3, 28), (3, 46)],
    "non_local": [(3, 38), (2, 46)],
    "pam": [(2, 11), (3, 22)],
    "polarized": [(2, 25), (2, 10)],
    "psa": [(2, 49), (2, 41)],
    "psa_simplified": [(2, 15), (3, 16)],
    "rga": [(3, 48), (3, 23)],
    "scse": [(3, 30), (3, 9)],
    "se": [(3, 21), (3, 8)],
    "self_attention": [(2, 59), (2, 19)],
    "sge": [(2, 15), (2, 50)],
    "shuffle": [(2, 48), (3, 5)],
    "simam": [(3, 50), (2, 32)],
    "spatial": [(2, 32), (3, 16)],
    "triplet": [(2, 8), (2, 18)],
    "vit": [(3, 8), (3, 46)],
}

SIDES = [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 17]


def draw_map(rng, channels, batch=None):
    return [batch or rng.choice([1, 1, 2, 2, 3, 4, 5]), channels, rng.choice(SIDES), rng.choice(SIDES)]


def some(rng, **values):
    """Each option with one of its values, or left at its default half of the time."""
    return {k: rng.choice(v) for k, v in values.items() if rng.random() < 0.6}


def reduced(rng, channels):
    return rng.choice([r for r in (1, 2, 3, 4, 8, 16, 32) if r <= channels])


def divisor(rng, n):
    return rng.choice([d for d in range(1, n + 1) if n % d == 0])


def channels(rng, least=1):
    return rng.choice([c for c in (1, 2, 3, 5, 7, 8, 12, 16, 17, 24, 31, 32, 48, 64, 96, 130, 256) if c >= least])


def se(rng):
    c = channels(rng)
    return {"channels": c, "reduction": reduced(rng, c)} | some(rng, bias=[True, False], gate=["sigmoid", "hard-sigmoid"]), [draw_map(rng, c)]


def eca(rng):
    c = channels(rng)
    return {"channels": c} | some(rng, kernelSize=[None, 1, 3, 5, 7, 9], gamma=[1, 2, 3.5], b=[0, 1, 2]), [draw_map(rng, c)]


def cbam_channel(rng):
    c = channels(rng)
    pools = rng.sample(["avg", "max", "lp", "lse"], rng.randint(1, 4))
    return {"channels": c, "reduction": reduced(rng, c)} | some(rng, mlpBias=[True, False], pools=[pools]), [draw_map(rng, c)]


def gather_excite(rng):
    c = channels(rng)
    parameters, extent = rng.random() < 0.6, rng.choice([0, 0, 2, 4, 8])
    if not parameters and rng.random() < 0.3:
        extent = rng.choice([1, 3, 5])
    shape = draw_map(rng, c)
    config = {"channels": c, "parameters": parameters, "extent": extent, "height": shape[2], "width": shape[3]}
    return config | some(rng, mlp=[True, False]) | {"reduction": reduced(rng, c)}, [shape]


def global_context(rng):
    c = channels(rng)
    return {"channels": c, "reduction": reduced(rng, c)} | some(rng, fusion=[["add"], ["mul"], ["add", "mul"], ["mul", "add"]]), [draw_map(rng, c)]


def spatial(rng):
    config = some(rng, kernelSize=[1, 3, 5, 7, 9], convBias=[True, False], batchNorm=[True, False], poolOrder=["mean-max", "max-mean"])
    return config, [draw_map(rng, channels(rng))]


def attention_gate(rng):
    g, c, m = channels(rng), channels(rng), rng.choice([1, 2, 5, 8, 16])
    x = draw_map(rng, c)
    return {"gatingChannels": g, "channels": c, "intermediateChannels": m}, [[x[0], g, *x[2:]], x]


def sge(rng):
    c = channels(rng)
    groups = 64 if c % 64 == 0 and rng.random() < 0.5 else divisor(rng, c)
    x = draw_map(rng, c)
    return {"channels": c} | ({} if groups == 64 else {"groups": groups}), [x if x[2] * x[3] > 1 else [*x[:2], 3, 2]]


def simam(rng):
    x = draw_map(rng, channels(rng))
    return {} | some(rng, **{"lambda": [1e-4, 1e-3, 1e-2, 0.5]}), [x if x[2] * x[3] > 1 else [*x[:2], 2, 2]]


def cbam(rng):
    c = channels(rng)
    pools = rng.sample(["avg", "max", "lp", "lse"], rng.randint(1, 4))
    return {"channels": c, "reduction": reduced(rng, c)} | some(
        rng, kernelSize=[1, 3, 5, 7], mlpBias=[True, False], convBias=[True, False], spatialBatchNorm=[True, False],
        poolOrder=["mean-max", "max-mean"], pools=[pools]), [draw_map(rng, c)]


def bam(rng):
    c = channels(rng)
    config = {"channels": c, "reduction": reduced(rng, c)} | some(
        rng, layers=[1, 2, 3], spatialLayers=[0, 1, 2, 3], dilation=[1, 2, 3, 4], combine=["sum", "product"])
    x = draw_map(rng, c)
    if rng.random() < 0.25:
        # Another padding has to leave a single position.
        d = rng.choice([1, 2])
        layers = rng.choice([1, 2, 3])
        pad = rng.randrange(d)
        side = 1 + layers * 2 * (d - pad)
        config |= {"layers": layers, "dilation": d, "padding": pad}
        config.pop("spatialLayers", None)
        x[2:] = [side, side]
    elif rng.random() < 0.5:
        config["padding"] = config.get("dilation", 4)
    return config, [x]


def scse(rng):
    c = channels(rng)
    return {"channels": c, "reduction": reduced(rng, c)}, [draw_map(rng, c)]


def coordinate(rng):
    c = channels(rng)
    return {"channels": c} | some(rng, reduction=[1, 2, 4, 8, 16, 32, 64]), [draw_map(rng, c)]


def shuffle(rng):
    c = rng.choice([2, 4, 8, 12, 16, 30, 32, 48, 64, 128, 256])
    groups = 64 if c % 128 == 0 and rng.random() < 0.5 else divisor(rng, c // 2)
    return {"channels": c} | ({} if groups == 64 else {"groups": groups}), [draw_map(rng, c)]


def polarized(rng):
    c = channels(rng, 8)
    return {"channels": c} | some(rng, arrangement=["parallel", "sequential"], variant=["official", "official", "paper"]), [draw_map(rng, c)]


def triplet(rng):
    return some(rng, kernelSize=[1, 3, 5, 7, 9]), [draw_map(rng, channels(rng))]


def lka(rng):
    c = channels(rng)
    return {"channels": c}, [draw_map(rng, c)]


def ema(rng):
    c = channels(rng)
    groups = 32 if c % 32 == 0 and rng.random() < 0.5 else divisor(rng, c)
    x = draw_map(rng, c)
    return {"channels": c} | ({} if groups == 32 else {"groups": groups}), [x if x[2] * x[3] > 3 else [*x[:2], 3, 2]]


def pam(rng):
    c = channels(rng, 8)
    return {"channels": c}, [draw_map(rng, c)]


def cam(rng):
    c = channels(rng)
    return {"channels": c}, [importlib.import_module("reference.cam").inputs(draw_map(rng, c))]


def danet(rng):
    c = rng.choice([4, 17, 32, 40])
    x = draw_map(rng, c)
    x[2:] = [min(s, 9) for s in x[2:]]
    config = {"inChannels": c, "outChannels": rng.choice([1, 3, 10]), "dropout": 0} | some(rng, identityStart=[True, False])
    if c < 32 or rng.random() < 0.5:
        config["interChannels"] = rng.choice([8, 11, 16])
    return config, [x]


def non_local(rng):
    c = channels(rng)
    config = {"channels": c} | some(
        rng, interChannels=[1, 3, 8, 20, None], mode=["gaussian", "embedded_gaussian", "dot_product", "concatenation"],
        dimension=[1, 2, 3], subSample=[True, False], batchNorm=[True, False])
    if config.get("mode", "embedded_gaussian") == "embedded_gaussian" and rng.random() < 0.3:
        config["scale"] = True
    if config.get("interChannels", 0) is None:
        del config["interChannels"]
    axes = config.get("dimension", 2)
    least = 2 if config.get("subSample") else 1
    sides = [rng.choice([s for s in SIDES if s >= least]) for _ in range(axes)]
    if axes == 3:
        sides = [rng.choice([1, 2, 3, 4])] + [min(s, 7) for s in sides[1:]]
    if axes == 1:
        sides = [rng.choice([least, 3, 8, 19, 50, 131])]
    shape = [rng.choice([1, 2, 3]), c, *sides]
    return config, [importlib.import_module("reference.non_local").inputs(shape, config)]


def criss_cross(rng):
    c = channels(rng, 8)
    return {"channels": c} | some(rng, recurrence=[1, 2, 3]), [draw_map(rng, c)]


def psa(rng):
    c = channels(rng)
    x = draw_map(rng, c)
    s = rng.choice([1, 1, 2, 3])
    if rng.random() < 0.5:
        x[2:] = [(side - 1) * s + 1 for side in (rng.choice([1, 2, 3, 4, 5, 6]), rng.choice([1, 2, 3, 4, 5, 7]))]
    inside = [(side - 1) // s + 1 for side in x[2:]]
    compact = rng.random() < 0.35
    mask = inside if compact else [2 * side - 1 for side in inside] if rng.random() < 0.6 else [rng.choice([1, 3, 5, 7]), rng.choice([1, 3, 5, 9])]
    config = {"channels": c, "midChannels": rng.choice([1, 3, 4, 8, 16, 17]), "shrinkFactor": s, "maskHeight": mask[0], "maskWidth": mask[1], "compact": compact}
    config |= some(rng, mode=["collect", "distribute", "bi"], normalization=[1.0, None, 2, 7.5], softmax=[True, True, False])
    if not compact:
        config |= some(rng, outside=["zero", "masked"])
    return config, [x]


def psa_simplified(rng):
    c = channels(rng)
    x = draw_map(rng, c)
    return {"inChannels": c, "outChannels": x[2] * x[3]}, [x]


def rga(rng):
    c = channels(rng, 2)
    x = draw_map(rng, c)
    x[2:] = [min(x[2], 9), min(x[3], 9)]
    n = x[2] * x[3]
    config = {"channels": c, "height": x[2], "width": x[3], "channelRatio": rng.choice([r for r in (1, 2, 3, 4, 8) if r <= c]),
              "spatialRatio": rng.choice([r for r in (1, 2, 3, 4, 8) if r <= n])}
    spatial_only = rng.choice([(True, True), (True, False), (False, True)])
    config |= {"spatial": spatial_only[0], "channel": spatial_only[1]}
    joints = [1 + n // config["spatialRatio"]] * config["spatial"] + [1 + c // config["channelRatio"]] * config["channel"]
    config["downRatio"] = rng.choice([r for r in (1, 2, 3, 4, 8) if r <= min(joints)])
    return config, [x]


def self_attention(rng):
    d, dk, dv = (rng.choice([1, 3, 8, 16, 20, 33, 64]) for _ in range(3))
    shape = [rng.choice([1, 2, 3]), rng.choice([1, 2, 5, 16, 33, 100, 197]), d]
    return {"inputDim": d, "keyDim": dk, "valueDim": dv} | some(rng, scale=["before-softmax", "after-softmax"]), [shape]


def multi_head(rng):
    heads = rng.choice([1, 2, 3, 4, 8])
    e = heads * rng.choice([1, 2, 5, 8, 16, 24])
    n, b = rng.choice([1, 2, 6, 17, 50, 130]), rng.choice([1, 2, 3])
    s = rng.choice([1, 3, 9, 33, 70])
    config = {"embedDim": e, "heads": heads} | some(rng, causal=[True, False], cross=[True, False], dropout=[0, 0.0])
    inputs = [[b, n, e]] + ([[b, s, e]] if config.get("cross") else [])
    if rng.random() < 0.5:
        mask = torch.rand([b, s if config.get("cross") else n], generator=torch.Generator().manual_seed(rng.randrange(1 << 30))) < 0.7
        inputs.append(mask)
    return config, inputs


def vit(rng):
    ph, pw = rng.choice([1, 2, 4]), rng.choice([1, 2, 4, 5])
    heads = rng.choice([1, 2, 3, 4])
    dim = heads * rng.choice([2, 4, 6, 8])
    config = {"imageHeight": ph * rng.choice([1, 2, 3, 4]), "imageWidth": pw * rng.choice([1, 2, 3, 5]), "patchHeight": ph, "patchWidth": pw,
              "classes": rng.choice([1, 2, 5, 10]), "dim": dim, "depth": rng.choice([0, 1, 2, 3]), "heads": heads}
    config |= some(rng, headDim=[1, 3, 8, dim // heads], mlpDim=[4, 9, 32], pool=["cls", "mean"], activation=["gelu", "relu"], qkvBias=[True, False],
                   normAfterPool=[True, False], dropout=[0], inChannels=[1, 3, 4], normEpsilon=[1e-5, 1e-6], poolClassToken=[True, False])
    return config, [[rng.choice([1, 2, 3]), config.get("inChannels", 3), config["imageHeight"], config["imageWidth"]]]


def bottleneck(rng):
    planes = rng.choice([1, 2, 4, 8, 16])
    stride = rng.choice([1, 1, 2, 3])
    c = 4 * planes if rng.random() < 0.5 else channels(rng)
    key = rng.choice([None, "se", "eca", "cbam", "bam", "scse", "global_context", "coordinate", "simam", "spatial", "triplet"])
    config = {"inChannels": c, "planes": planes, "attention": key} | ({"stride": stride} if stride > 1 or rng.random() < 0.5 else {})
    if stride > 1 or c != 4 * planes:
        config |= some(rng, downsample=[True])
    elif rng.random() < 0.4:
        config["downsample"] = rng.random() < 0.5
    if key in ("se", "cbam", "bam", "scse", "global_context", "coordinate"):
        config["reduction"] = reduced(rng, 4 * planes)
    inner = {"se": {"bias": [True]}, "eca": {"kernelSize": [3, 5]}, "cbam": {"kernelSize": [3], "mlpBias": [True], "poolOrder": ["max-mean"], "spatialBatchNorm": [True]},
             "bam": {"dilation": [1, 2], "combine": ["product"]}, "global_context": {"fusion": [["mul"], ["add", "mul"]]}}.get(key)
    if inner:
        config["attentionOptions"] = some(rng, **inner)
    x = draw_map(rng, c)
    return config, [x if key != "simam" else [*x[:2], 9, 8]]


def undefined(module, case):
    """A batch norm over one number has no gradient worth the name, and PyTorch refuses it."""
    if case["mode"] == "eval" or not any("running" in k for k in case["params"]):
        return False
    x = case["inputs"][0]
    shape = list(x.shape) if isinstance(x, torch.Tensor) else x
    shrunk = [-(-s // max(case["config"].get("stride", 1), case["config"].get("extent", 1) or 1, case["config"].get("shrinkFactor", 1))) for s in shape[2:]]
    count = shape[0]
    for s in shrunk:
        count *= s
    if module.KEY in ("bam", "triplet") or case["config"].get("attention") == "bam":
        return shape[0] < 2
    if module.KEY == "gather_excite" and not case["config"]["extent"]:
        return shape[0] < 3
    return count < 4


def draw(module, seed, count):
    """The first `count` cases of a seed that are stable, each with the function that writes it."""
    rng = random.Random(f"{module.KEY} {seed}")
    made = 0
    while made < count:
        config, inputs = globals()[module.KEY](rng)
        mode = "train" if rng.random() < 0.6 else "eval"
        case = {"name": f"{module.KEY}-{seed}-{made:03}", "mode": mode, "config": config, "inputs": inputs, "params": module.params(config)}
        if undefined(module, case):
            case["mode"] = "eval"
        made += yield case


def sweep(module, folder, seed, count):
    cases = draw(module, seed, count)
    try:
        case = next(cases)
        while True:
            case = cases.send(make_mechanisms.make(module, case, folder, only_stable=True))
    except StopIteration:
        print(f"{module.KEY}: {count} cases")


def keep(module):
    """Writes the kept cases beside the others; the names of drawn cases seed their numbers."""
    with tempfile.TemporaryDirectory() as folder:
        for seed, number in KEPT[module.KEY]:
            sweep(module, pathlib.Path(folder), seed, number + 1)
            name = f"{module.KEY}-{seed}-{number:03}.safetensors"
            shutil.copy(pathlib.Path(folder) / module.KEY / name, HERE / "mechanisms" / module.KEY / f"drawn-{seed}-{number:03}.safetensors")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("keys", nargs="*")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", action="store_true")
    args = parser.parse_args()
    if args.folder is None and not args.kept:
        parser.error("expected a folder, or --kept")
    torch.set_num_threads(1)
    for path in sorted((HERE / "reference").glob("[a-z]*.py")):
        if path.stem == "parts" or (args.keys and path.stem not in args.keys):
            continue
        module = importlib.import_module(f"reference.{path.stem}")
        keep(module) if args.kept else sweep(module, args.folder, args.seed, args.count)


if __name__ == "__main__":
    main()
