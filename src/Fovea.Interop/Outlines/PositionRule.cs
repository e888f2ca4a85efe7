namespace Fovea.Io;

/// <summary>
/// A transformer's position embedding for images of another size: the square of patches is interpolated as torchvision does it (cubic
/// convolution with a = −¾, corners aligned), the rows of the class token and of a distillation token are kept.
/// </summary>
internal sealed class PositionRule : IShapeRule
{
    private const double A = -0.75;

    public bool Applies(ModelOutline model, string name, Shape from, Shape to) =>
        name == model.Positions && from.Rank == 3 && from[0] == 1 && from[2] == to[2] && Side(from[1]) is > 0 && Side(to[1]) is > 0 && Prefix(from[1]) == Prefix(to[1]);

    public (Tensor Value, string How) Adapt(Tensor value, Shape to)
    {
        (int old, int side, int dim, int prefix) = (Side(value.Shape[1])!.Value, Side(to[1])!.Value, to[2], Prefix(to[1]));
        ReadOnlySpan<float> source = value.To(DType.Float32).AsSpan<float>();
        Tensor result = Tensor.Zeros(to);
        Span<float> target = result.AsSpan<float>();
        source[..(prefix * dim)].CopyTo(target);
        (int[] Index, double[] Weight)[] taps = [.. Enumerable.Range(0, side).Select(i => Taps(i, side, old))];
        double[] sum = new double[dim];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                Array.Clear(sum);
                for (int i = 0; i < 16; i++)
                {
                    double weight = taps[y].Weight[i / 4] * taps[x].Weight[i % 4];
                    ReadOnlySpan<float> row = source.Slice((prefix + taps[y].Index[i / 4] * old + taps[x].Index[i % 4]) * dim, dim);
                    for (int d = 0; d < dim; d++)
                    {
                        sum[d] += weight * row[d];
                    }
                }

                Span<float> into = target.Slice((prefix + y * side + x) * dim, dim);
                for (int d = 0; d < dim; d++)
                {
                    into[d] = (float)sum[d];
                }
            }
        }

        return (result, $"{old}×{old} patches interpolated to {side}×{side}");
    }

    /// <summary>The four neighbours of a target's place, those beyond the border being the border, and their weights.</summary>
    private static (int[] Index, double[] Weight) Taps(int target, int targets, int sources)
    {
        double place = targets > 1 ? target * (sources - 1.0) / (targets - 1) : 0;
        int left = (int)Math.Floor(place);
        double t = place - left;
        return (
            [.. Enumerable.Range(left - 1, 4).Select(i => Math.Clamp(i, 0, sources - 1))],
            [Far(t + 1), Near(t), Near(1 - t), Far(2 - t)]);
    }

    private static double Near(double x) => ((A + 2) * x - (A + 3)) * x * x + 1;

    private static double Far(double x) => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;

    /// <summary>Patches along a side, of tokens that are a class token, perhaps a distillation token, and a square of patches; null when they are not.</summary>
    public static int? Side(int tokens) => Root(tokens - 1) ?? Root(tokens - 2);

    // No square but 0 is followed by another.
    private static int Prefix(int tokens) => Root(tokens - 1) is null ? 2 : 1;

    private static int? Root(int patches)
    {
        int side = (int)Math.Round(Math.Sqrt(Math.Max(0, patches)));
        return side * side == patches ? side : null;
    }
}
