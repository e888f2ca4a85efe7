namespace Fovea;

/// <summary>What softmax and its logarithm ask and are tried on.</summary>
internal static class SoftmaxSamples
{
    public static IEnumerable<OpSample> Of(Func<int, Op> make)
    {
        (int Axis, Shape Shape)[] cases =
        [
            (0, [5]), (0, [1]), (1, [3, 17]), (1, [3, 16]), (1, [2, 7, 3]), (0, [4, 2, 3]), (2, [2, 3, 33]), (1, [2, 5, 4, 3]),
            (1, [3, 0]), (0, [0, 3]), (1, [400, 230]), (1, [3, 40, 700]),
        ];
        return cases.Select(c => new OpSample(make(c.Axis), c.Shape) { Range = (-4, 4) });
    }

    public static Shape Infer(string name, Shape x, int axis) =>
        axis < x.Rank ? x : throw new ShapeException(name, $"at least {axis + 1} axes", x.ToString());
}
