using TorchSharp;
using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Values in other places. What ours copies is a view in libtorch wherever it can be one.</summary>
internal static class Shaping
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
    [
        WithList("reshape", "shape", (x, shape) => x.reshape(shape)),
        WithList("permute", "order", (x, order) => x.permute(order)),
        WithList("expand", "shape", (x, shape) => x.expand(shape)),
        WithList("flip", "axes", (x, axes) => axes.Length == 0 ? x : x.flip(axes)),
        ("concat", Concat), ("split", Split), ("slice", Slice), ("pad", Pad), ("subsample", Subsample),
        Indexed("gather", (x, axis, index) => x.gather(axis, index)), Indexed("index_select", (x, axis, index) => x.index_select(axis, index)),
    ];

    private static (string, Func<OpNode, TorchCall>) WithList(string op, string attribute, Func<TorchTensor, long[], TorchTensor> call) => (op, node =>
    {
        long[] numbers = node.Integers(attribute);
        return x => [call(x[0], numbers)];
    }
    );

    private static (string, Func<OpNode, TorchCall>) Indexed(string op, Func<TorchTensor, long, TorchTensor, TorchTensor> call) => (op, node =>
    {
        long axis = node.Integer("axis");
        return x => [call(x[0], axis, x[1])];
    }
    );

    private static TorchCall Concat(OpNode node)
    {
        long axis = node.Integer("axis");
        return x => [torch.cat(x, axis)];
    }

    private static TorchCall Split(OpNode node)
    {
        (long axis, long[] sizes) = (node.Integer("axis"), node.Integers("sizes"));
        return x => torch.split(x[0], sizes, axis);
    }

    private static TorchCall Slice(OpNode node)
    {
        (long axis, long start, long length, long step) = (node.Integer("axis"), node.Integer("start"), node.Integer("length"), node.Integer("step"));
        long end = length == 0 ? start : start + ((length - 1) * step) + 1;
        return x => [x[0].slice(axis, start, end, step)];
    }

    // The widths are those of the last axes; libtorch's begin with the last.
    private static TorchCall Pad(OpNode node)
    {
        (long[] before, long[] after, double value) = (node.Integers("before"), node.Integers("after"), node.Number("value"));
        long[] widths = [.. Enumerable.Range(1, before.Length).SelectMany(i => new[] { before[^i], after[^i] })];
        return x => [F.pad(x[0], widths, value: value)];
    }

    private static TorchCall Subsample(OpNode node)
    {
        (long stride, long before, long after) = (node.Integer("stride"), node.Integer("before"), node.Integer("after"));
        return x =>
        {
            TorchTensor kept = x[0].slice(2, 0, long.MaxValue, stride).slice(3, 0, long.MaxValue, stride);
            return [before + after == 0 ? kept : F.pad(kept, [0L, 0, 0, 0, before, after])];
        };
    }
}
