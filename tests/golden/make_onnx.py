"""Writes the ONNX cases of tests/golden/onnx: small networks as PyTorch's exporter writes them, with what PyTorch computes of them (outputs, and
the gradients of every weight), and cases of single operators that the onnx package makes by NumPy.

    python3 make_onnx.py        (torch 1.13, torchvision 0.14 and onnx 1.12, as Debian 12 has them)
"""

import os
import shutil

import numpy as np

np.float, np.int, np.bool, np.object = float, int, bool, object  # what onnx 1.12 still asks NumPy for

import onnx
import torch
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from torch import nn
from torch.nn import functional as F
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx")


class Mobile(nn.Module):
    """Inverted bottleneck with squeeze and excitation, hard activations, and a classifier."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.deep = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 1), nn.Hardsigmoid())
        self.pool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        y = self.stem(x)
        d = self.deep(y)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(self.pool(y + d * self.gate(d)), 1), 1))


class Transformer(nn.Module):
    """Patches, a class token, position codes and a block of attention."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 12))
        self.position = nn.Parameter(torch.randn(1, 5, 12))
        self.norm = nn.LayerNorm(12)
        self.qkv = nn.Linear(12, 36)
        self.out = nn.Linear(12, 12)
        self.mlp = nn.Sequential(nn.LayerNorm(12), nn.Linear(12, 24), nn.GELU(), nn.Linear(24, 12))

    def forward(self, x):
        n = x.shape[0]
        y = self.patch(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(n, -1, -1), y], 1) + self.position
        q, k, v = self.qkv(self.norm(y)).reshape(n, 5, 3, 2, 6).permute(2, 0, 3, 1, 4).unbind(0)
        a = ((q @ k.transpose(-2, -1)) * 6 ** -0.5).softmax(-1)
        y = y + self.out((a @ v).transpose(1, 2).reshape(n, 5, 12))
        return (y + self.mlp(y))[:, 0]


class Segmenter(nn.Module):
    """An encoder, dilated convolutions, and maps of the input's size again."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.GroupNorm(2, 6), nn.LeakyReLU(0.1))
        self.wide = nn.Conv2d(6, 6, 3, padding=2, dilation=2)
        self.up = nn.ConvTranspose2d(6, 4, 3, 2, 1, 1)
        self.norm = nn.InstanceNorm2d(4, affine=True)
        self.prelu = nn.PReLU(4)
        self.shuffle = nn.Sequential(nn.Conv2d(6, 16, 1), nn.PixelShuffle(2))
        self.head = nn.Conv2d(8, 3, 1)
        self.low = nn.Conv2d(6, 3, 1)

    def forward(self, x):
        y = F.elu(self.wide(self.down(x)))
        z = torch.cat([self.prelu(self.norm(self.up(y))), self.shuffle(F.avg_pool2d(y, 3, 1, 1, count_include_pad=False))], 1)
        z = F.pad(self.head(z), (1, 2, 2, 1), mode="reflect")
        return F.interpolate(z, size=x.shape[-2:], mode="bilinear", align_corners=False) + F.interpolate(self.low(y), scale_factor=2, mode="nearest")


def write(name, model, inputs, outputs):
    folder = os.path.join(HERE, name)
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    for kind, values in (("input", inputs), ("output", outputs)):
        for i, value in enumerate(values):
            with open(os.path.join(data, f"{kind}_{i}.pb"), "wb") as file:
                file.write(numpy_helper.from_array(np.asarray(value)).SerializeToString())
    return folder


def exported(name, net, shape, opset):
    torch.manual_seed(3)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2)
    for parameter in net.parameters():
        if parameter.dim() == 1:
            nn.init.uniform_(parameter, 0.5, 1.5)
    net.eval()
    x = torch.randn(*shape)
    path = os.path.join(HERE, "tmp.onnx")
    torch.onnx.export(net, x, path, opset_version=opset, input_names=["input"], output_names=["output"], do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}})
    x.requires_grad = True
    y = net(x)
    cotangent = torch.randn_like(y)
    y.backward(cotangent)
    folder = write(name, onnx.load(path), [x.detach().numpy()], [y.detach().numpy()])
    os.remove(path)
    grads = {f"grad.{n}": p.grad.numpy() for n, p in net.named_parameters()}
    np.savez(os.path.join(folder, "gradients.npz"), **{"cotangent": cotangent.numpy(), "grad.input": x.grad.numpy(), **grads})


# Of the cases of single operators those whose attributes and versions are worth holding; each is a few hundred bytes.
SINGLE = """
argmax_negative_axis_keepdims_example_select_last_index averagepool_1d_default averagepool_2d_ceil averagepool_2d_precomputed_pads averagepool_2d_precomputed_pads_count_include_pad averagepool_2d_precomputed_same_upper

basic_conv_with_padding batchnorm_epsilon celu clip_default_inbounds clip_default_min clip_outbounds
concat_2d_axis_negative_1 constantofshape_int_zeros conv_with_autopad_same conv_with_strides_and_asymmetric_padding convtranspose convtranspose_1d convtranspose_3d convinteger_with_padding
convtranspose_autopad_same convtranspose_dilations convtranspose_kernel_shape convtranspose_output_shape convtranspose_pad convtranspose_pads
depthtospace_crd_mode_example depthtospace_example dequantizelinear dequantizelinear_axis div_uint8 dynamicquantizelinear dynamicquantizelinear_max_adjusted dynamicquantizelinear_min_adjusted edge_pad einsum_batch_matmul einsum_inner_prod
einsum_sum einsum_transpose elu equal_bcast expand_dim_changed expand_dim_unchanged flatten_negative_axis1 gather_2d_indices gather_elements_negative_indices
gather_negative_indices gathernd_example_float32 gemm_all_attributes gemm_default_no_bias gemm_default_scalar_bias hardsigmoid hardswish instancenorm_epsilon
layer_normalization_4d_axis1 layer_normalization_default_axis logsoftmax_negative_axis lrn lrn_default matmul_3d matmulinteger max_two_inputs maxpool_1d_default maxpool_2d_ceil
maxpool_2d_dilations maxpool_2d_precomputed_pads maxpool_2d_precomputed_same_upper mean_example min_int64 mod_mixed_sign_float32 mod_int64_fmod
mod_mixed_sign_int32 mul_bcast or4d nonmaxsuppression_single_box not_3d prelu_broadcast quantizelinear quantizelinear_axis range_float_type_positive_delta
range_int32_type_negative_delta reduce_l2_keep_dims_example reduce_log_sum_exp_do_not_keepdims_example reduce_prod_negative_axes_keepdims_example
reduce_sum_empty_axes_input_noop_example reduce_sum_negative_axes_keepdims_example reflect_pad reshape_allowzero_reordered reshape_zero_and_negative_dim
resize_downsample_scales_cubic resize_downsample_scales_linear resize_downsample_scales_linear_align_corners resize_downsample_scales_nearest
resize_downsample_sizes_linear_pytorch_half_pixel resize_upsample_scales_cubic_A_n0p5_exclude_outside resize_upsample_scales_cubic_align_corners
resize_upsample_scales_linear resize_upsample_sizes_cubic resize_upsample_sizes_nearest_ceil_half_pixel resize_upsample_sizes_nearest_floor_align_corners
resize_upsample_sizes_nearest_round_prefer_ceil_asymmetric round scatternd selu shape_start_negative_1 sign slice slice_end_out_of_bounds slice_neg_steps
slice_negative_axes softmax_axis_1 softplus softsign spacetodepth split_variable_parts_default_axis split_zero_size_splits squeeze_negative_axes sub_bcast
thresholdedrelu tile_precomputed top_k_negative_axis top_k_smallest transpose_all_permutations_3 unsqueeze_unsorted_axes upsample_nearest where_long_example xor_bcast4v3d
""".split()


def main():
    shutil.rmtree(HERE, ignore_errors=True)
    os.makedirs(HERE)
    torch.manual_seed(1)
    exported("net_mobile", Mobile(), (2, 3, 14, 13), 13)
    exported("net_transformer", Transformer(), (2, 3, 8, 8), 13)
    exported("net_transformer_17", Transformer(), (2, 3, 8, 8), 17)
    exported("net_segmenter", Segmenter(), (2, 3, 12, 10), 11)
    np.random.seed(1)
    for case in collect_testcases(None):
        if case.name.removeprefix("test_") in SINGLE and case.model is not None:
            inputs, outputs = case.data_sets[0]
            write(case.name.removeprefix("test_"), case.model, inputs, outputs)


if __name__ == "__main__":
    main()
