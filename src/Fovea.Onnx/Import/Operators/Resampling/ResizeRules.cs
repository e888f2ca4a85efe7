namespace Fovea.Onnx.Import;

/// <summary>Where a place of a resized axis lies in the original one, and which of its neighbours it takes.</summary>
internal sealed record ResizeRules
{
    public static string[] Coordinates { get; } =
        ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"];

    public static string[] Roundings { get; } = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

    /// <summary>How places are mapped, one of <see cref="Coordinates"/>.</summary>
    public string Coordinate { get; init; } = "half_pixel";

    /// <summary>nearest, linear or cubic.</summary>
    public string Mode { get; init; } = "nearest";

    /// <summary>Which neighbour is the nearest, one of <see cref="Roundings"/>.</summary>
    public string Rounding { get; init; } = "round_prefer_floor";

    /// <summary>The shape of the cubic's curve.</summary>
    public double CubicCoefficient { get; init; } = -0.75;

    /// <summary>Whether places outside have no weight in a cubic.</summary>
    public bool ExcludesOutside { get; init; }

    /// <summary>Whether a curve is as wide as a place where the axis becomes shorter, so that every neighbour counts.</summary>
    public bool Antialiases { get; init; }

    /// <summary>The neighbours of each place, and their weights: as many of each for every place; a single one of weight 1 for nearest.</summary>
    public (long[][] Places, double[][] Weights) Neighbours(ResizedAxis axis)
    {
        if (Antialiases && Mode != "nearest" && axis.Scale < 1)
        {
            return Wide(axis);
        }

        int count = Mode switch { "nearest" => 1, "linear" => 2, _ => 4 };
        long[][] places = [.. Enumerable.Range(0, count).Select(_ => new long[axis.To])];
        double[][] weights = [.. Enumerable.Range(0, count).Select(_ => new double[axis.To])];
        for (int i = 0; i < axis.To; i++)
        {
            float at = Original(i, axis);
            if (Mode == "nearest")
            {
                places[0][i] = Math.Clamp(Nearest(at), 0, axis.From - 1);
                weights[0][i] = 1;
            }
            else if (Mode == "linear")
            {
                at = Math.Clamp(at, 0, axis.From - 1);
                long low = (long)at;
                (places[0][i], places[1][i]) = (low, Math.Min(low + 1, axis.From - 1));
                (weights[0][i], weights[1][i]) = (1 - (at - low), at - low);
            }
            else
            {
                Cubic(i, at, axis.From, places, weights);
            }
        }

        return (places, weights);
    }

    /// <summary>Where a place lies in the original axis, in single precision as the runtimes that people compare with.</summary>
    private float Original(int i, ResizedAxis axis) => Coordinate switch
    {
        "asymmetric" => i / axis.Scale,
        "align_corners" => axis.To == 1 ? 0 : i * (axis.From - 1) / ((axis.Scale * axis.From) - 1),
        "pytorch_half_pixel" => axis.To > 1 ? ((i + 0.5f) / axis.Scale) - 0.5f : 0,
        "tf_half_pixel_for_nn" => (i + 0.5f) / axis.Scale,
        "half_pixel_symmetric" => (axis.From / 2f * (1 - (axis.To / (axis.Scale * axis.From)))) + ((i + 0.5f) / axis.Scale) - 0.5f,
        _ => ((i + 0.5f) / axis.Scale) - 0.5f,
    };

    /// <summary>Every neighbour within a curve that is as much wider as the axis becomes shorter; what stands outside counts as the border.</summary>
    private (long[][] Places, double[][] Weights) Wide(ResizedAxis axis)
    {
        double stretch = 1 / (double)axis.Scale, reach = stretch * (Mode == "linear" ? 1 : 2);
        int count = (2 * (int)Math.Ceiling(reach)) + 1;
        long[][] places = [.. Enumerable.Range(0, count).Select(_ => new long[axis.To])];
        double[][] weights = [.. Enumerable.Range(0, count).Select(_ => new double[axis.To])];
        for (int i = 0; i < axis.To; i++)
        {
            double centre = Original(i, axis) + 0.5;
            long first = (long)Math.Floor(centre - reach + 0.5), end = (long)Math.Floor(centre + reach + 0.5);
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                long place = first + k;
                bool counts = place < end && !(ExcludesOutside && (place < 0 || place >= axis.From));
                places[k][i] = Math.Clamp(place, 0, axis.From - 1);
                weights[k][i] = counts ? Curve(Math.Abs(place + 0.5 - centre) / stretch) : 0;
                sum += weights[k][i];
            }

            for (int k = 0; k < count; k++)
            {
                weights[k][i] /= sum;
            }
        }

        return (places, weights);
    }

    /// <summary>The weight of a neighbour by its distance.</summary>
    private double Curve(double d) => Mode == "linear" ? Math.Max(0, 1 - d)
        : d <= 1 ? ((((CubicCoefficient + 2) * d) - (CubicCoefficient + 3)) * d * d) + 1
        : d <= 2 ? (((((d - 5) * d) + 8) * d) - 4) * CubicCoefficient
        : 0;

    private long Nearest(float at) => (long)(Rounding switch
    {
        "floor" => MathF.Floor(at),
        "ceil" => MathF.Ceiling(at),
        "round_prefer_ceil" => MathF.Floor(at + 0.5f),
        _ => MathF.Ceiling(at - 0.5f),
    });

    private void Cubic(int i, float at, int length, long[][] places, double[][] weights)
    {
        long low = (long)MathF.Floor(at);
        double fraction = at - low;
        double sum = 0;
        for (int k = 0; k < 4; k++)
        {
            long place = low - 1 + k;
            double d = Math.Abs(fraction + 1 - k);
            weights[k][i] = ExcludesOutside && (place < 0 || place >= length) ? 0 : Curve(d);
            places[k][i] = Math.Clamp(place, 0, length - 1);
            sum += weights[k][i];
        }

        for (int k = 0; k < 4 && ExcludesOutside; k++)
        {
            weights[k][i] /= sum;
        }
    }
}

/// <summary>An axis and what becomes of it.</summary>
/// <param name="From">Its length.</param>
/// <param name="To">Its length afterwards.</param>
/// <param name="Scale">How much longer it becomes, as the places are mapped: not always the quotient of the lengths.</param>
internal readonly record struct ResizedAxis(int From, int To, float Scale);
