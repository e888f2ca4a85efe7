"""Writes networks of torchvision with random weights as ONNX files, with what PyTorch computes of them, for the proof in this folder.

    python3 make_models.py FOLDER [NAME…]

For each network: NAME.onnx as torch.onnx.export writes it by default (batch norms folded), NAME.whole.onnx with them left as they are,
and NAME.npz with the input, the output, and the gradients of the first and the last weight for a fixed cotangent. Needs torch and torchvision.
"""

import os
import sys

import numpy as np
import torch
import torchvision

CLASSIFIERS = ["resnet18", "mobilenet_v3_small", "efficientnet_b0", "vit_b_16", "swin_t", "convnext_tiny"]
SEGMENTERS = ["deeplabv3_resnet50", "fcn_resnet50", "lraspp_mobilenet_v3_large"]


class Out(torch.nn.Module):
    """A segmenter's maps without the dictionary around them."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)["out"]


def build(name):
    torch.manual_seed(0)
    if name in CLASSIFIERS:
        net, size = getattr(torchvision.models, name)(weights=None), 224
    else:
        net, size = Out(getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, aux_loss=False)), 97
    # Zeros and scales of next to nothing, which some nets start from, would hide whole layers.
    for parameter in net.parameters():
        if parameter.detach().abs().max() < 1e-5:
            torch.nn.init.normal_(parameter, std=0.02)
    # Running statistics as training would leave them, so that no layer dies out or explodes in evaluation mode.
    net.train()
    for _ in range(2):
        with torch.no_grad():
            net(torch.randn(4, 3, size, size))
    return net.eval(), size


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    for name in names:
        net, size = build(name)
        opset = 17 if name in ("vit_b_16", "convnext_tiny") else 13
        x = torch.randn(2, 3, size, size)
        axes = {"input": {0: "batch"}, "output": {0: "batch"}}
        common = dict(opset_version=opset, input_names=["input"], output_names=["output"], dynamic_axes=axes)
        torch.onnx.export(net, x, os.path.join(folder, f"{name}.onnx"), **common)
        torch.onnx.export(net, x, os.path.join(folder, f"{name}.whole.onnx"), training=torch.onnx.TrainingMode.PRESERVE,
                          do_constant_folding=False, **common)
        y = net(x).detach()
        # Gradients in double precision: in single, a rectifier next to its kink turns either way by rounding, and the first layers show it.
        cotangent = torch.randn_like(y)
        net.double()(x.double()).backward(cotangent.double())
        weights = [(n, p) for n, p in net.named_parameters() if p.dim() > 1]
        (first, w0), (last, w1) = weights[0], weights[-1]
        np.savez(os.path.join(folder, f"{name}.npz"), input=x.numpy(), output=y.numpy(), cotangent=cotangent.numpy(),
                 **{f"grad:{first}": w0.grad.numpy(), f"grad:{last}": w1.grad.numpy()})
        print(name, "opset", opset, tuple(y.shape), first, last, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] or CLASSIFIERS + SEGMENTERS)
