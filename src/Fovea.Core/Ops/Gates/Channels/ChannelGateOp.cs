using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// A channel gate in as few sweeps as it can be done: each plane's mean (and maximum), a small network from them to one scale a channel,
/// and the scaled planes, image by image, so that the planes are still in the cache when they are scaled. Outputs: the scaled maps, and
/// the gate [N, C]. Backward reads each plane and its gradient for their product, takes it through the network, and writes the input's
/// gradient <c>dx = dy · gate + d mean / positions</c> (and the maxima's part at their places).
/// </summary>
/// <remarks>What lies between statistics and gate is the subclass's: it works on groups of images and keeps what it needs.</remarks>
internal abstract class ChannelGateOp(bool mean, bool max) : GateOp
{
    protected bool HasMean => mean;

    protected bool HasMax => max;

    /// <summary>How many numbers the network keeps of each image for its backward pass, by the shape of its first parameter.</summary>
    protected abstract int KeptPerImage(Shape first);

    /// <summary>The network's multiply-adds for one image.</summary>
    protected abstract OpCost NetworkCost(ReadOnlySpan<TensorSpec> inputs);

    /// <summary>Refuses parameters that do not fit.</summary>
    protected abstract void CheckParameters(ReadOnlySpan<TensorSpec> inputs);

    /// <summary>From the statistics of some images to their gates.</summary>
    /// <param name="c">Where the parameters are.</param>
    /// <param name="images">How many images.</param>
    /// <param name="means">[images, C], or empty.</param>
    /// <param name="tops">[images, C], or empty.</param>
    /// <param name="kept">What backward will find, for these images.</param>
    /// <param name="gates">[images, C], to be written.</param>
    protected abstract void Network<T>(
        ForwardContext c, int images, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, Span<T> kept, Span<T> gates)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>From the gates' gradients of some images to those of the statistics.</summary>
    /// <param name="c">Where the parameters are.</param>
    /// <param name="images">How many images.</param>
    /// <param name="gates">[images, C].</param>
    /// <param name="kept">What forward left there.</param>
    /// <param name="dGates">[images, C]: the gates' gradients; overwritten with those before the gate's function.</param>
    /// <param name="work">As many numbers as are kept, to be written: the gradients of what is kept.</param>
    /// <param name="dMeans">[images, C], to be written; or empty.</param>
    /// <param name="dTops">[images, C], to be written; or empty.</param>
    protected abstract void NetworkBackward<T>(
        BackwardContext c, int images, ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, Span<T> dGates, Span<T> work, Span<T> dMeans, Span<T> dTops)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>The parameters' gradients, from what all images left.</summary>
    protected abstract void ParameterGradients<T>(
        BackwardContext c, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, ReadOnlySpan<T> kept, ReadOnlySpan<T> dGates, ReadOnlySpan<T> work)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    public sealed override bool IsOutputDifferentiable(int output) => output == 0;

    public sealed override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(inputs[0], 1 + (mean ? 1 : 0) + (max ? 1 : 0)) + NetworkCost(inputs);

    // The statistics of an image are complete before its first value is written.
    internal sealed override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => input == 0;

    protected sealed override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        CheckParameters(inputs);
        return [x, [x[0], x[1]]];
    }

    protected internal sealed override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int positions) = Sizes(shape);
        int keptPerImage = KeptPerImage(c.InputSpec(1).Shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> y = c.Out<T>();
        Span<T> gates = c.OutOrScratch<T>(1, n * channels);
        Span<T> kept = c.Save<T>(n * keptPerImage);
        Span<T> means = c.Save<T>(n * channels);
        Span<T> tops = c.Save<T>(max ? n * channels : 0);
        Span<int> places = c.Save<int>(max && c.Recording ? n * channels : 0);
        bool streaming = StreamingStores.Pay<T>(x.Length) && !x.Overlaps(y);
        int group = GateShapes.ImagesAtATime(shape, c.InputSpec(0).DType.Size());
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            Range planes = (image * channels)..((image + images) * channels);
            Range numbers = (image * channels * positions)..((image + images) * channels * positions);
            Span<T> mine = means[planes];
            if (max)
            {
                PlanePool.MeanMax(images * channels, positions, x[numbers], mine, tops[planes], places.IsEmpty ? default : places[planes]);
            }
            else
            {
                PlanePool.Mean(images * channels, positions, x[numbers], mine);
            }

            Range keeping = (image * keptPerImage)..((image + images) * keptPerImage);
            Network(c, images, mean ? mine : default, max ? tops[planes] : default, kept[keeping], gates[planes]);
            PlaneAffine.Run(images * channels, positions, x[numbers], gates[planes], default, y[numbers], streaming, end.Of(numbers));
        }

        c.SaveInput(0);
        c.SaveOutput(1);
        for (int i = 1; i < c.InputCount; i++)
        {
            c.SaveInput(i);
        }
    }

    protected sealed override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int positions) = Sizes(shape);
        int keptPerImage = KeptPerImage(c.InputSpec(1).Shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        ReadOnlySpan<T> gates = c.Out<T>(1);
        ReadOnlySpan<T> kept = c.Saved<T>(0, n * keptPerImage);
        ReadOnlySpan<T> means = c.Saved<T>(1, n * channels);
        ReadOnlySpan<T> tops = c.Saved<T>(2, max ? n * channels : 0);
        ReadOnlySpan<int> places = c.Saved<int>(3, max ? n * channels : 0);
        Span<T> dGates = c.Scratch<T>(n * channels);
        Span<T> work = c.Scratch<T>(n * keptPerImage);
        Span<T> dx = c.Needs(0) ? c.GradIn<T>(0) : default;
        int group = GateShapes.ImagesAtATime(shape, 2 * c.InputSpec(0).DType.Size());
        Span<T> dMeans = c.Scratch<T>(mean ? group * channels : 0);
        Span<T> dTops = c.Scratch<T>(max ? group * channels : 0);
        bool streaming = StreamingStores.Pay<T>(x.Length);
        T share = T.One / T.CreateTruncating(positions);
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            int count = images * channels;
            Range planes = (image * channels)..((image * channels) + count);
            Range numbers = (image * channels * positions)..(((image * channels) + count) * positions);
            Range keeping = (image * keptPerImage)..((image + images) * keptPerImage);
            PlanePool.Dot(count, positions, x[numbers], dy[numbers], dGates[planes]);
            Span<T> dMean = mean ? dMeans[..count] : default;
            Span<T> dTop = max ? dTops[..count] : default;
            NetworkBackward(c, images, gates[planes], kept[keeping], dGates[planes], work[keeping], dMean, dTop);
            if (dx.IsEmpty)
            {
                continue;
            }

            for (int i = 0; i < dMean.Length; i++)
            {
                dMean[i] *= share;
            }

            PlaneAffine.Run(count, positions, dy[numbers], gates[planes], dMean, dx[numbers], streaming);
            for (int i = 0; i < dTop.Length; i++)
            {
                dx[(((image * channels) + i) * positions) + places[(image * channels) + i]] += dTop[i];
            }
        }

        ParameterGradients(c, means, tops, kept, dGates, work);
    }

    private static (int Images, int Channels, int Positions) Sizes(Shape x) => (x[0], x[1], x.Product(2, x.Rank));
}
