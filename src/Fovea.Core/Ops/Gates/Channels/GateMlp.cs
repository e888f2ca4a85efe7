using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gemm;
using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>
/// The network of a channel gate, <c>gate(Σ_pools W2 · ReLU(W1 · pool + b1) + b2)</c>, on the pooled numbers of some images. Kept of each
/// image for the backward pass: the hidden numbers of each pool, and with two pools their sum.
/// </summary>
/// <param name="HasMean">Whether the mean is among the pools.</param>
/// <param name="HasMax">Whether the maximum is.</param>
/// <param name="IsHard">Whether the gate is the hard sigmoid.</param>
internal readonly record struct GateMlp(bool HasMean, bool HasMax, bool IsHard)
{
    public int Pools => (HasMean ? 1 : 0) + (HasMax ? 1 : 0);

    public int KeptPerImage(int reduced) => reduced * (Pools == 1 ? 1 : 3);

    public OpCost Cost(long images, int channels, int reduced) =>
        new(2 * images * channels * reduced * Pools, images * (reduced + channels));

    /// <summary>The gate [N, C] of maps, by simpler ops.</summary>
    public Tensor Decompose(Tensor x, Tensor w1, Tensor w2, Tensor? b1, Tensor? b2)
    {
        Tensor Logits(Tensor pooled) => pooled.Linear(w1, b1).Relu().Linear(w2, b2);
        Tensor logits = HasMean && HasMax ? Logits(x.GlobalAvgPool()) + Logits(x.GlobalMaxPool()) : Logits(HasMean ? x.GlobalAvgPool() : x.GlobalMaxPool());
        return IsHard ? logits.HardSigmoid() : logits.Sigmoid();
    }

    /// <summary>Refuses weights [R, C] and [C, R], and biases [R] and [C] if given, that do not fit the maps.</summary>
    public static void Check(string name, Shape x, TensorSpec w1, TensorSpec w2, TensorSpec? b1, TensorSpec? b2)
    {
        if (w1.Shape.Rank != 2)
        {
            throw new ShapeException(name, $"a weight [R, {x[1]}]", w1.Shape.ToString());
        }

        int reduced = w1.Shape[0];
        GateShapes.CheckParameter(name, "the first weight", [reduced, x[1]], w1, x);
        GateShapes.CheckParameter(name, "the second weight", [x[1], reduced], w2, x);
        if (b1 is { } first && b2 is { } second)
        {
            GateShapes.CheckParameter(name, "the first bias", [reduced], first, x);
            GateShapes.CheckParameter(name, "the second bias", [x[1]], second, x);
        }
    }

    /// <summary>From pools [images, C] to gates [images, C].</summary>
    public void Forward<T>(
        int images, int reduced, int channels, ReadOnlySpan<T> w1, ReadOnlySpan<T> w2, ReadOnlySpan<T> b1, ReadOnlySpan<T> b2,
        ReadOnlySpan<T> means, ReadOnlySpan<T> tops, Span<T> kept, Span<T> gates)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int step = KeptPerImage(reduced);
        if (HasMean)
        {
            GateProducts.Run(images, reduced, channels, w1, means, channels, b1, 1, kept, step);
        }

        if (HasMax)
        {
            GateProducts.Run(images, reduced, channels, w1, tops, channels, b1, 1, kept[(HasMean ? reduced : 0)..], step);
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

        GateProducts.Run(images, channels, reduced, w2, kept[(step - reduced)..], step, b2, Pools, gates, channels);
        if (IsHard)
        {
            Map.Run(gates, gates, default(HardSigmoid));
        }
        else
        {
            Map.Run(gates, gates, default(Sigmoid));
        }
    }

    /// <summary>
    /// From the gates' gradients to those of the pools. Overwrites <paramref name="dGates"/> with the logits' gradients and leaves those
    /// of the hidden numbers in <paramref name="work"/>, which is as long as <paramref name="kept"/>.
    /// </summary>
    public void Backward<T>(
        int images, int reduced, int channels, ReadOnlySpan<T> w1, ReadOnlySpan<T> w2,
        ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, Span<T> dGates, Span<T> work, Span<T> dMeans, Span<T> dTops)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int step = KeptPerImage(reduced);
        if (IsHard)
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

        GateProducts.Back(images, channels, reduced, w2, dGates, channels, work[(step - reduced)..], step);
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
            GateProducts.Back(images, reduced, channels, w1, work, step, dMeans, channels);
        }

        if (HasMax)
        {
            GateProducts.Back(images, reduced, channels, w1, work[(HasMean ? reduced : 0)..], step, dTops, channels);
        }
    }

    /// <summary>
    /// The weights' and biases' gradients from what all images left, for those inputs that need one: W1 is the input
    /// <paramref name="first"/> and W2 the next, b1 is <paramref name="firstBias"/> (−1 for none) and b2 the next.
    /// </summary>
    public void ParameterGradients<T>(
        BackwardContext c, int images, int first, int firstBias, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, ReadOnlySpan<T> kept,
        ReadOnlySpan<T> dLogits, ReadOnlySpan<T> work)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int reduced, int channels) = (c.InputSpec(first).Shape[0], c.InputSpec(first).Shape[1]);
        int step = KeptPerImage(reduced);
        if (c.Needs(first))
        {
            Span<T> dw = c.GradIn<T>(first);
            dw.Clear();
            for (int pool = 0; pool < Pools && images > 0; pool++)
            {
                ReadOnlySpan<T> statistics = pool == 0 && HasMean ? means : tops;
                MatrixMultiply.Run(
                    true, false, reduced, channels, images, T.One, work[(pool * reduced)..], step, statistics, channels, T.One, dw, channels);
            }
        }

        if (c.Needs(first + 1))
        {
            Span<T> dw = c.GradIn<T>(first + 1);
            dw.Clear();
            if (images > 0)
            {
                MatrixMultiply.Run(
                    true, false, channels, reduced, images, T.One, dLogits, channels, kept[(step - reduced)..], step, T.Zero, dw, reduced);
            }
        }

        if (firstBias >= 0 && c.Needs(firstBias))
        {
            Span<T> db = c.GradIn<T>(firstBias);
            db.Clear();
            for (int i = 0; i < images * Pools * reduced; i++)
            {
                (int image, int at) = Math.DivRem(i, Pools * reduced);
                db[at % reduced] += work[(image * step) + at];
            }
        }

        if (firstBias >= 0 && c.Needs(firstBias + 1))
        {
            Span<T> db = c.GradIn<T>(firstBias + 1);
            Reduction.Sum(1, images, channels, dLogits, db);
            Map.Run(db, db, new Scale(Pools));
        }
    }
}
