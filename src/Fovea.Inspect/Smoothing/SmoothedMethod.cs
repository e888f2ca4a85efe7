namespace Fovea.Inspect;

/// <summary>
/// A method whose maps are means over changed pictures: mirrored, and of other sizes. What the pictures underwent is undone for the maps, and for
/// outputs that are grids, so that a target asks for the same place. Accidents of one view fade, what all views show stays.
/// </summary>
/// <param name="method">The method.</param>
/// <param name="flip">Whether mirrored pictures count.</param>
/// <param name="scales">Factors of sizes beside the picture's own.</param>
internal sealed class SmoothedMethod(IMapMethod method, bool flip, IReadOnlyList<double> scales) : IMapMethod
{
    // Networks halve maps up to five times.
    private const int LargestUnit = 32;

    public string Name => method.Name;

    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(target);
        var meter = new WorkMeter(progress, cancellation);
        (bool Mirrored, double Scale)[] seen = [.. Views()];
        meter.Begin(WorkStage.Running, seen.Length);
        (ITarget decided, Size2? size) = Decide(model, images, target);
        IReadOnlyList<ScalarMap> first = method.Explain(model, images, decided, null, cancellation);
        meter.Step();
        double[][] sums = [.. first.Select(m => Array.ConvertAll(m.Values, static v => (double)v))];
        int views = 1;
        foreach ((bool mirrored, double scale) in seen.Skip(1))
        {
            IReadOnlyList<ScalarMap> maps = Seen(model, images, new RestoredTarget(decided, mirrored, size), mirrored, scale, cancellation);
            meter.Step();
            for (int n = 0; n < sums.Length; n++)
            {
                ScalarMap map = (mirrored ? Mirrored(maps[n]) : maps[n]).ResizedTo(first[n].Height, first[n].Width);
                for (int i = 0; i < sums[n].Length; i++)
                {
                    sums[n][i] += map.Values[i];
                }
            }

            views++;
        }

        meter.End();
        return [.. first.Select((m, n) => m with { Values = Array.ConvertAll(sums[n], v => (float)(v / views)) })];
    }

    /// <summary>The target as the pictures themselves decide it, and the size of outputs that are grids.</summary>
    private static (ITarget Target, Size2? Size) Decide(Module model, Tensor images, ITarget target)
    {
        using var look = new ModelLook(model);
        Tensor output = look.Run(images);
        return (FixedTarget.Of(target, output), output.Rank == 4 ? (output.Shape[2], output.Shape[3]) : null);
    }

    private static ScalarMap Mirrored(ScalarMap map)
    {
        float[] values = new float[map.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = map[i / map.Width, map.Width - 1 - (i % map.Width)];
        }

        return map with { Values = values };
    }

    private IEnumerable<(bool Mirrored, double Scale)> Views() =>
        from scale in (double[])[1, .. scales]
        from mirrored in flip ? [false, true] : (bool[])[false]
        select (mirrored, scale);

    private IReadOnlyList<ScalarMap> Seen(Module model, Tensor images, ITarget target, bool mirrored, double scale, CancellationToken cancellation)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor seen = images.Detach();
        Size2 size = (Scaled(images.Shape[2], scale), Scaled(images.Shape[3], scale));
        seen = scale == 1 ? seen : seen.UpsampleBilinear2d(size);
        seen = mirrored ? seen.Flip(3) : seen;
        try
        {
            return method.Explain(model, seen, target, null, cancellation);
        }
        catch (ShapeException e) when (scale != 1)
        {
            throw new OptionException(Name, $"smoothing by scales: the model does not take pictures of {size.Height}×{size.Width}: {e.Message} Leave the scales out.");
        }
    }

    /// <summary>A side, to the nearest multiple of what networks for such sizes halve: the largest power of two in it, of at most a quarter of the side.</summary>
    private static int Scaled(int side, double scale)
    {
        int unit = LargestUnit;
        while (unit > 1 && (side % unit != 0 || 4 * unit > side))
        {
            unit /= 2;
        }

        return Math.Max(1, (int)Math.Round(side * scale / unit)) * unit;
    }
}
