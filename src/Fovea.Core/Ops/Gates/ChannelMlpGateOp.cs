using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gates;
using Fovea.Simd.Gemm;
using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>
/// <c>y = x · gate(Σ_pools W2 · ReLU(W1 · pool(x) + b1) + b2)</c>: squeeze-and-excitation with the mean alone, CBAM's channel gate with
/// mean and maximum. Inputs: x, W1 [R, C], W2 [C, R], then b1 [R], b2 [C] if there are biases. Kept of each image: the hidden numbers of
/// each pool, and with two pools their sum.
/// </summary>
internal sealed class ChannelMlpGateOp(bool mean, bool max, bool bias, bool hard = false) : ChannelGateOp(mean, max), ISampledOp
{
    // From so many weights on, several images share one read of them.
    private const int LargeWeights = 1 << 15;

    public static IEnumerable<OpSample> Samples =>
    [
        new(new ChannelMlpGateOp(true, false, false), [2, 17, 3, 5], [2, 17], [17, 2]),
        new(new ChannelMlpGateOp(true, false, true), [3, 16, 7, 7], [4, 16], [16, 4], [4], [16]),
        new(new ChannelMlpGateOp(true, false, true, hard: true), [2, 8, 1, 1], [3, 8], [8, 3], [3], [8]),
        new(new ChannelMlpGateOp(true, true, false), [2, 5, 4, 9], [3, 5], [5, 3]) { Distinct = true },
        new(new ChannelMlpGateOp(true, true, true), [1, 6, 33], [1, 6], [6, 1], [1], [6]) { Distinct = true },
        new(new ChannelMlpGateOp(false, true, true), [2, 4, 3, 3], [2, 4], [4, 2], [2], [4]) { Distinct = true },
        new(new ChannelMlpGateOp(true, true, true), [5, 300, 2, 2], [120, 300], [300, 120], [120], [300]) { Distinct = true },
        new(new ChannelMlpGateOp(true, false, true), [0, 4, 2, 2], [2, 4], [4, 2], [2], [4]),
    ];

    public override string Name => "channel_mlp_gate";

    public bool Hard => hard;

    public bool Mean => HasMean;

    public bool Max => HasMax;

    private int Pools => (HasMean ? 1 : 0) + (HasMax ? 1 : 0);

    protected override int KeptPerImage(Shape first) => first[0] * (Pools == 1 ? 1 : 3);

    protected override OpCost NetworkCost(ReadOnlySpan<TensorSpec> inputs)
    {
        long images = inputs[0].Shape[0];
        long weights = inputs[1].Shape.Elements;
        return new OpCost(2 * images * weights * Pools, images * (inputs[1].Shape[0] + inputs[0].Shape[1]));
    }

    protected override void CheckParameters(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        int expected = bias ? 5 : 3;
        if (inputs.Length != expected)
        {
            throw new ShapeException(Name, $"{expected} inputs", $"{inputs.Length}");
        }

        if (inputs[1].Shape.Rank != 2)
        {
            throw new ShapeException(Name, $"a weight [R, {x[1]}]", inputs[1].Shape.ToString());
        }

        int reduced = inputs[1].Shape[0];
        GateShapes.CheckParameter(Name, "the first weight", [reduced, x[1]], inputs[1], x);
        GateShapes.CheckParameter(Name, "the second weight", [x[1], reduced], inputs[2], x);
        if (bias)
        {
            GateShapes.CheckParameter(Name, "the first bias", [reduced], inputs[3], x);
            GateShapes.CheckParameter(Name, "the second bias", [x[1]], inputs[4], x);
        }
    }

    protected override void Network<T>(
        ForwardContext c, int images, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, Span<T> kept, Span<T> gates)
    {
        (int reduced, int channels) = (c.InputSpec(1).Shape[0], c.InputSpec(1).Shape[1]);
        int step = KeptPerImage(c.InputSpec(1).Shape);
        ReadOnlySpan<T> bias1 = bias ? c.In<T>(3) : default;
        if (HasMean)
        {
            Products(images, reduced, channels, c.In<T>(1), means, channels, bias1, 1, kept, step);
        }

        if (HasMax)
        {
            Products(images, reduced, channels, c.In<T>(1), tops, channels, bias1, 1, kept[(HasMean ? reduced : 0)..], step);
        }

        for (int image = 0; image < images; image++)
        {
            Span<T> hidden = kept.Slice(image * step, step);
            for (int i = 0; i < Pools * reduced; i++)
            {
                hidden[i] = hidden[i] < T.Zero ? T.Zero : hidden[i];
            }

            for (int i = 2 * reduced; i < step; i++)
            {
                hidden[i] = hidden[i - reduced] + hidden[i - (2 * reduced)];
            }
        }

        Products(images, channels, reduced, c.In<T>(2), kept[(step - reduced)..], step, bias ? c.In<T>(4) : default, Pools, gates, channels);
        if (hard)
        {
            Map.Run(gates, gates, default(HardSigmoid));
        }
        else
        {
            Map.Run(gates, gates, default(Sigmoid));
        }
    }

    protected override void NetworkBackward<T>(
        BackwardContext c, int images, ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, Span<T> dGates, Span<T> work, Span<T> dMeans, Span<T> dTops)
    {
        (int reduced, int channels) = (c.InputSpec(1).Shape[0], c.InputSpec(1).Shape[1]);
        int step = KeptPerImage(c.InputSpec(1).Shape);
        if (hard)
        {
            T sixth = T.One / T.CreateTruncating(6);
            for (int i = 0; i < gates.Length; i++)
            {
                dGates[i] = gates[i] > T.Zero && gates[i] < T.One ? dGates[i] * sixth : T.Zero;
            }
        }
        else
        {
            Zip.Run<SigmoidBackward, T>(gates, dGates, dGates, default);
        }

        ProductsBack(images, channels, reduced, c.In<T>(2), dGates, channels, work[(step - reduced)..], step);
        for (int image = 0; image < images; image++)
        {
            Span<T> dHidden = work.Slice(image * step, step);
            for (int i = 0; i < Pools * reduced; i++)
            {
                dHidden[i] = kept[(image * step) + i] > T.Zero ? dHidden[step - reduced + (i % reduced)] : T.Zero;
            }
        }

        if (HasMean)
        {
            ProductsBack(images, reduced, channels, c.In<T>(1), work, step, dMeans, channels);
        }

        if (HasMax)
        {
            ProductsBack(images, reduced, channels, c.In<T>(1), work[(HasMean ? reduced : 0)..], step, dTops, channels);
        }
    }

    protected override void ParameterGradients<T>(
        BackwardContext c, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, ReadOnlySpan<T> kept, ReadOnlySpan<T> dGates, ReadOnlySpan<T> work)
    {
        (int n, int channels, int reduced) = (c.InputSpec(0).Shape[0], c.InputSpec(0).Shape[1], c.InputSpec(1).Shape[0]);
        int step = KeptPerImage(c.InputSpec(1).Shape);
        if (n == 0)
        {
            for (int i = 1; i < c.InputCount; i++)
            {
                if (c.Needs(i))
                {
                    c.GradIn<T>(i).Clear();
                }
            }

            return;
        }

        if (c.Needs(1))
        {
            Span<T> dw = c.GradIn<T>(1);
            for (int pool = 0; pool < Pools; pool++)
            {
                ReadOnlySpan<T> statistics = pool == 0 && HasMean ? means : tops;
                T before = pool == 0 ? T.Zero : T.One;
                MatrixMultiply.Run(true, false, reduced, channels, n, T.One, work[(pool * reduced)..], step, statistics, channels, before, dw, channels);
            }
        }

        if (c.Needs(2))
        {
            MatrixMultiply.Run(
                true, false, channels, reduced, n, T.One, dGates, channels, kept[(step - reduced)..], step, T.Zero, c.GradIn<T>(2), reduced);
        }

        if (bias && c.Needs(3))
        {
            Span<T> db = c.GradIn<T>(3);
            db.Clear();
            for (int i = 0; i < n * Pools * reduced; i++)
            {
                (int image, int at) = Math.DivRem(i, Pools * reduced);
                db[at % reduced] += work[(image * step) + at];
            }
        }

        if (bias && c.Needs(4))
        {
            Span<T> db = c.GradIn<T>(4);
            Reduction.Sum(1, n, channels, dGates, db);
            if (Pools > 1)
            {
                Map.Run(db, db, new Scale(Pools));
            }
        }
    }

    /// <summary>For each image <c>y = matrix · x + times · bias</c>.</summary>
    private static void Products<T>(
        int images, int rows, int columns, ReadOnlySpan<T> matrix, ReadOnlySpan<T> x, int stepX, ReadOnlySpan<T> bias, int times, Span<T> y, int stepY)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (images < 2 || matrix.Length < LargeWeights)
        {
            for (int i = 0; i < images; i++)
            {
                SmallProduct.Rows(rows, columns, matrix, x.Slice(i * stepX, columns), bias, times, y.Slice(i * stepY, rows));
            }

            return;
        }

        MatrixMultiply.Run(false, true, images, rows, columns, T.One, x, stepX, matrix, columns, T.Zero, y, stepY);
        for (int i = 0; i < images * bias.Length; i++)
        {
            (int image, int row) = Math.DivRem(i, bias.Length);
            y[(image * stepY) + row] += bias[row] * T.CreateTruncating(times);
        }
    }

    /// <summary>For each image <c>y = matrixᵀ · x</c>.</summary>
    private static void ProductsBack<T>(
        int images, int rows, int columns, ReadOnlySpan<T> matrix, ReadOnlySpan<T> x, int stepX, Span<T> y, int stepY)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (images < 2 || matrix.Length < LargeWeights)
        {
            for (int i = 0; i < images; i++)
            {
                SmallProduct.Columns(rows, columns, matrix, x.Slice(i * stepX, rows), y.Slice(i * stepY, columns));
            }

            return;
        }

        MatrixMultiply.Run(false, false, images, columns, rows, T.One, x, stepX, matrix, columns, T.Zero, y, stepY);
    }
}
