"""Joins the ImageNet ResNet-18 of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 with its preprocessing, for pictures of any size.

    python3 join_featurizer.py DNNIMAGEMODELS FILE

DNNIMAGEMODELS is the package's folder of that name. Its network takes [1, 3, 224, 224] in the order blue, green, red; its preprocessing is a file of
its own, which turns the order and takes a mean picture away. FILE takes [N, 3, H, W] in the order red, green, blue: the turn is in its graph, and the
mean of each channel of the mean picture, in place of the picture, is in its metadata. The pool over 7 x 7 at its end becomes one over all places.
Its norms, which were trained for millions of steps, have a momentum of 0.988; it becomes 0.9, as PyTorch's, so that statistics follow within tens of steps.
"""

import json
import os
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


def main(folder, file):
    prep = onnx.load(os.path.join(folder, "ResNetPrepOnnx", "ResNetPreprocess.onnx"))
    blue, green, red = numpy_helper.to_array(prep.graph.initializer[0]).mean((0, 2, 3), dtype=np.float64) / 255
    net = onnx.load(os.path.join(folder, "ResNet18Onnx", "ResNet18.onnx"))
    graph = net.graph
    weights = {t.name for t in graph.initializer}
    (images,) = [i for i in graph.input if i.name not in weights]
    pool = graph.node.pop()
    assert pool.op_type == "AveragePool" and list(pool.attribute[0].ints) == [7, 7], pool
    for norm in (n for n in graph.node if n.op_type == "BatchNormalization"):
        next(a for a in norm.attribute if a.name == "momentum").f = 0.9
    graph.node.insert(0, helper.make_node("Concat", ["blue", "green", "red"], [images.name], name="BlueGreenRed", axis=1))
    graph.node.insert(0, helper.make_node("Split", ["image"], ["red", "green", "blue"], name="Channels", axis=1, split=[1, 1, 1]))
    graph.node.append(helper.make_node("GlobalAveragePool", [pool.input[0]], [pool.output[0]], name=pool.name))
    graph.input.remove(images)
    graph.input.append(helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, ["batch", 3, "height", "width"]))
    del graph.output[:], graph.value_info[:]
    graph.output.append(helper.make_tensor_value_info(pool.output[0], onnx.TensorProto.FLOAT, ["batch", 512, 1, 1]))
    # Pixels from 0 to 1 become those from 0 to 255 less the mean.
    for key, value in {"mean": [red, green, blue], "std": [1 / 255] * 3, "imageSize": 64}.items():
        net.metadata_props.add(key=key, value=json.dumps(value))
    onnx.save(net, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
