using System.Numerics;

namespace Fovea;

internal sealed class PadOp(int[] before, int[] after, double value) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new PadOp([2], [1], 0), [5]),
        new(new PadOp([1, 0], [0, 3], 1.5), [2, 3, 4]),
        new(new PadOp([0, 2], [0, 2], 0), [2, 4, 3, 3]),
        new(new PadOp([1, 0, 0], [2, 0, 0], -0.5), [2, 2, 3, 4]),
        new(new PadOp([1], [1], 0), [2, 0]),
        new(new PadOp([3, 2], [1, 2], 0), [3, 7, 50, 51]),
    ];

    public override string Name => "pad";

    public override OpAttributes Attributes => new() { { "before", before }, { "after", after }, { "value", value } };

    public IReadOnlyList<int> Before => before;

    public IReadOnlyList<int> After => after;

    public double Value => value;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Strides.Limit(Name, x);
        if (x.Rank < before.Length)
        {
            throw new ShapeException(Name, $"at least {before.Length} axes", x.ToString());
        }

        int[] lengths = [.. x.Lengths];
        for (int i = 1; i <= before.Length; i++)
        {
            lengths[^i] = checked(lengths[^i] + before[^i] + after[^i]);
        }

        return new Shape(lengths);
    }

    protected override void Move<T>(ForwardContext c)
    {
        (Shape part, Shape whole) = (c.InputSpec(0).Shape, c.OutputSpec().Shape);
        Span<T> y = c.Out<T>();
        int[] strides = c.Once(this, static (_, c) => Strides.Of(c.OutputSpec().Shape));
        Strides.Fill(whole, Convert<T>(value), y, 0, strides);
        Strides.Write(part, c.In<T>(0), y, Start(strides), strides);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (Shape part, Shape whole) = (c.InputSpec(0).Shape, c.OutputSpec().Shape);
        int[] strides = Strides.Of(whole);
        Strides.Read(part, c.GradOut<T>(), Start(strides), strides, c.GradIn<T>(0));
    }

    private static T Convert<T>(double value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(bool))
        {
            bool flag = value != 0;
            return (T)(object)flag;
        }

        return typeof(T) == typeof(float) ? To<float, T>(value)
            : typeof(T) == typeof(double) ? To<double, T>(value)
            : typeof(T) == typeof(long) ? To<long, T>(value)
            : To<byte, T>(value);
    }

    private static T To<TNumber, T>(double value)
        where TNumber : unmanaged, INumber<TNumber>
        where T : unmanaged
    {
        TNumber number = TNumber.CreateSaturating(value);
        return (T)(object)number;
    }

    private int Start(int[] strides)
    {
        int start = 0;
        for (int i = 1; i <= before.Length; i++)
        {
            start += before[^i] * strides[^i];
        }

        return start;
    }
}

/// <summary>What stands in the places that padding adds.</summary>
public enum PadMode
{
    /// <summary>One number.</summary>
    Constant,

    /// <summary>The values mirrored at the edge, which itself is not repeated: <c>c b | a b c | b a</c>.</summary>
    Reflect,

    /// <summary>The value at the edge: <c>a a | a b c | c c</c>.</summary>
    Replicate,
}

/// <summary>Tensors made longer at the ends of their last axes.</summary>
public static class PadExtensions
{
    extension(Tensor x)
    {
        /// <summary>Adds zeros before and after each axis. Shapes: <c>[…, n, …] → […, before + n + after, …]</c>.</summary>
        /// <param name="widths">Zeros before and after, for every axis from the first to the last.</param>
        /// <exception cref="ShapeException">There are not as many pairs as axes, or one is negative.</exception>
        public Tensor Pad(params ReadOnlySpan<(int Before, int After)> widths)
        {
            (int Before, int After)[] all = widths.ToArray();
            return all.Length == x.Rank && all.All(w => w.Before >= 0 && w.After >= 0)
                ? Op.Run(new PadOp(Array.ConvertAll(all, w => w.Before), Array.ConvertAll(all, w => w.After), 0), x)
                : throw new ShapeException("pad", $"{x.Rank} pairs of at least 0 for {x.Shape}", $"[{string.Join(", ", all)}]");
        }

        /// <summary>
        /// Adds places at both ends of the last axes. Shapes: <c>[N, C, H, W].Pad([left, right, top, bottom]) → [N, C, H + top + bottom,
        /// W + left + right]</c>.
        /// </summary>
        /// <param name="padding">Pairs of places before and after, the last axis first, as in PyTorch; each at least 0.</param>
        /// <param name="mode">What stands there (default: a constant).</param>
        /// <param name="value">The constant (default 0).</param>
        /// <exception cref="ShapeException">There are more pairs than axes, or a reflection reaches past the other end.</exception>
        /// <exception cref="OptionException">The numbers do not come in pairs, or one is negative.</exception>
        public Tensor Pad(ReadOnlySpan<int> padding, PadMode mode = PadMode.Constant, double value = 0)
        {
            int[] all = padding.ToArray();
            if (all.Length % 2 != 0 || all.Any(p => p < 0))
            {
                throw new OptionException("pad", $"expected pairs of numbers of at least 0, the last axis first, got [{string.Join(", ", all)}].");
            }

            int axes = all.Length / 2;
            if (axes > x.Rank)
            {
                throw new ShapeException("pad", $"at least {axes} axes", x.Shape.ToString());
            }

            int[] before = [.. Enumerable.Range(0, axes).Select(i => all[2 * (axes - 1 - i)])];
            int[] after = [.. Enumerable.Range(0, axes).Select(i => all[(2 * (axes - 1 - i)) + 1])];
            if (mode == PadMode.Constant)
            {
                return Op.Run(new PadOp(before, after, value), x);
            }

            Tensor padded = x;
            for (int i = 1; i <= axes; i++)
            {
                if (before[^i] + after[^i] > 0)
                {
                    using Tensor places = Tensor.From(Places(x.Shape, -i, before[^i], after[^i], mode));
                    padded = padded.IndexSelect(-i, places);
                }
            }

            return padded;
        }
    }

    private static long[] Places(Shape shape, int axis, int before, int after, PadMode mode)
    {
        int length = shape[axis];
        int reach = mode == PadMode.Reflect ? length - 1 : length == 0 ? 0 : int.MaxValue;
        if (before > reach || after > reach)
        {
            throw new ShapeException(
                "pad", $"at most {Math.Max(0, reach)} places on each side of axis {axis} to {mode}", $"{before} and {after} for {shape}");
        }

        return [.. Enumerable.Range(-before, before + length + after).Select(i => (long)(mode == PadMode.Replicate
            ? Math.Clamp(i, 0, length - 1)
            : i < 0 ? -i : i >= length ? (2 * (length - 1)) - i : i))];
    }
}
