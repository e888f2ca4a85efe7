using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gemm;
using Fovea.Simd.Norm;
using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>
/// What makes scales or shifts of a context vector: <c>W2 · ReLU(LN(W1 · s + b1)) + b2</c>. Its parameters are the inputs from
/// <paramref name="First"/> on, as the layers hold them: W1 [R, C, 1, 1], b1 [R], the norm's weight and bias [R, 1, 1], W2 [C, R, 1, 1],
/// b2 [C].
/// </summary>
/// <param name="First">The input that is W1.</param>
/// <param name="Epsilon">Added to the norm's variance.</param>
internal readonly record struct ContextTransform(int First, double Epsilon)
{
    public const int Inputs = 6;

    // Kept of each image, in arrays of their own: the hidden numbers before and after the norm, their mean and inverse deviation.
    public const int Extras = 4;

    public OpCost Cost(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        long reduced = inputs[First].Shape[0];
        return new OpCost(2 * x[0] * x[1] * reduced, x[0] * ((9 * reduced) + x[1]));
    }

    public void Check(string name, ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateMlp.Check(name, x, GateShapes.Matrix(inputs[First]), GateShapes.Matrix(inputs[First + 4]), inputs[First + 1], inputs[First + 5]);
        Shape hidden = [inputs[First].Shape[0], 1, 1];
        GateShapes.CheckParameter(name, "the norm's weight", hidden, inputs[First + 2], x);
        GateShapes.CheckParameter(name, "the norm's bias", hidden, inputs[First + 3], x);
    }

    /// <summary>What the transform makes of sums [N, C, 1, 1], by simpler ops.</summary>
    public Tensor Decompose(Tensor[] inputs, Tensor sums) => sums.Conv2d(inputs[First], inputs[First + 1])
        .LayerNorm([inputs[First].Shape[0], 1, 1], inputs[First + 2], inputs[First + 3], Epsilon).Relu().Conv2d(inputs[First + 4], inputs[First + 5]);

    /// <summary>What forward keeps, for all images.</summary>
    public Kept<T> Save<T>(ForwardContext c, int images)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int reduced = c.InputSpec(First).Shape[0];
        c.SaveInput(First);
        c.SaveInput(First + 2);
        c.SaveInput(First + 4);

        return new Kept<T>
        {
            Linear = c.Save<T>(images * reduced),
            Hidden = c.Save<T>(images * reduced),
            Mean = c.Save<T>(images),
            InverseDeviation = c.Save<T>(images),
        };
    }

    /// <summary>From the sums [images, C] of images from <paramref name="image"/> on to what they make.</summary>
    public void Forward<T>(ForwardContext c, int image, int images, ReadOnlySpan<T> sums, in Kept<T> kept, Span<T> to)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int reduced, int channels) = (c.InputSpec(First).Shape[0], c.InputSpec(First).Shape[1]);
        Span<T> linear = kept.Linear.Slice(image * reduced, images * reduced);
        Span<T> hidden = kept.Hidden.Slice(image * reduced, images * reduced);
        GateProducts.Run(images, reduced, channels, c.In<T>(First), sums, channels, c.In<T>(First + 1), 1, linear, reduced);
        LayerNorm.Forward(
            images, reduced, linear, c.In<T>(First + 2), c.In<T>(First + 3), T.CreateChecked(Epsilon), hidden,
            kept.Mean.Slice(image, images), kept.InverseDeviation.Slice(image, images));
        Map.Run(hidden, hidden, default(Relu));
        GateProducts.Run(images, channels, reduced, c.In<T>(First + 4), hidden, reduced, c.In<T>(First + 5), 1, to, channels);
    }

    /// <summary>What forward kept, from the extra buffer <paramref name="extra"/> on, and room for the gradients of it.</summary>
    public Trail<T> Saved<T>(BackwardContext c, int images, int extra)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int numbers = images * c.InputSpec(First).Shape[0];
        return new Trail<T>
        {
            Linear = c.Saved<T>(extra, numbers),
            Hidden = c.Saved<T>(extra + 1, numbers),
            Mean = c.Saved<T>(extra + 2, images),
            InverseDeviation = c.Saved<T>(extra + 3, images),
            DLinear = c.Scratch<T>(numbers),
            DHidden = c.Scratch<T>(numbers),
        };
    }

    /// <summary>From the gradients of what was made to those of the sums.</summary>
    public void Backward<T>(BackwardContext c, int image, int images, in Trail<T> kept, ReadOnlySpan<T> dTo, Span<T> dSums)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int reduced, int channels) = (c.InputSpec(First).Shape[0], c.InputSpec(First).Shape[1]);
        Range mine = (image * reduced)..((image + images) * reduced);
        Span<T> dHidden = kept.DHidden[mine];
        GateProducts.Back(images, channels, reduced, c.In<T>(First + 4), dTo, channels, dHidden, reduced);
        Zip.Run<ReluBackward, T>(kept.Hidden[mine], dHidden, dHidden, default);
        LayerNorm.Backward<T>(
            images, reduced, kept.Linear[mine], dHidden, c.In<T>(First + 2), kept.Mean.Slice(image, images),
            kept.InverseDeviation.Slice(image, images), kept.DLinear[mine], default, default);
        GateProducts.Back(images, reduced, channels, c.In<T>(First), kept.DLinear[mine], reduced, dSums, channels);
    }

    /// <summary>The parameters' gradients, from what all images left.</summary>
    public void ParameterGradients<T>(BackwardContext c, int images, in Trail<T> kept, ReadOnlySpan<T> sums, ReadOnlySpan<T> dTo)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int reduced, int channels) = (c.InputSpec(First).Shape[0], c.InputSpec(First).Shape[1]);
        Outer(c, First, images, reduced, kept.DLinear, channels, sums);
        Outer(c, First + 4, images, channels, dTo, reduced, kept.Hidden);
        if (c.Needs(First + 1))
        {
            Reduction.Sum(1, images, reduced, kept.DLinear, c.GradIn<T>(First + 1));
        }

        if (c.Needs(First + 5))
        {
            Reduction.Sum(1, images, channels, dTo, c.GradIn<T>(First + 5));
        }

        if (c.Needs(First + 2) || c.Needs(First + 3))
        {
            LayerNorm.Backward<T>(
                images, reduced, kept.Linear, kept.DHidden, c.In<T>(First + 2), kept.Mean, kept.InverseDeviation, kept.DLinear,
                c.Needs(First + 2) ? c.GradIn<T>(First + 2) : c.Scratch<T>(reduced),
                c.Needs(First + 3) ? c.GradIn<T>(First + 3) : c.Scratch<T>(reduced));
        }
    }

    private static void Outer<T>(BackwardContext c, int input, int images, int rows, ReadOnlySpan<T> left, int columns, ReadOnlySpan<T> right)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (!c.Needs(input))
        {
            return;
        }

        Span<T> dw = c.GradIn<T>(input);
        dw.Clear();
        if (images > 0)
        {
            MatrixMultiply.Run(true, false, rows, columns, images, T.One, left, rows, right, columns, T.Zero, dw, columns);
        }
    }

    /// <summary>What lies between a context and what it makes, of every image.</summary>
    internal ref struct Kept<T>
    {
        public Span<T> Linear;
        public Span<T> Hidden;
        public Span<T> Mean;
        public Span<T> InverseDeviation;
    }

    /// <summary>The same in the backward pass, and the gradients before and after the norm.</summary>
    internal ref struct Trail<T>
    {
        public ReadOnlySpan<T> Linear;
        public ReadOnlySpan<T> Hidden;
        public ReadOnlySpan<T> Mean;
        public ReadOnlySpan<T> InverseDeviation;
        public Span<T> DLinear;
        public Span<T> DHidden;
    }
}
