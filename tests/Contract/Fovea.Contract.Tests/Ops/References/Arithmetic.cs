namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Arithmetic =>
    [
        Of<AddOp>((_, x) => Broadcast(x[0], x[1], (a, b) => a + b)),
        Of<SubtractOp>((_, x) => Broadcast(x[0], x[1], (a, b) => a - b)),
        Of<MultiplyOp>((_, x) => Broadcast(x[0], x[1], (a, b) => a * b)),
        Of<DivideOp>((_, x) => Broadcast(x[0], x[1], (a, b) => a / b)),
        Of<MaximumOp>((_, x) => Broadcast(x[0], x[1], Math.Max)),
        Of<MinimumOp>((_, x) => Broadcast(x[0], x[1], Math.Min)),
    ];

    /// <summary>The shape that operands have together.</summary>
    private static int[] Together(params RefTensor[] x)
    {
        int rank = x.Max(t => t.Rank);
        return [.. Enumerable.Range(0, rank).Select(axis => x.Select(t => Length(t, axis, rank)).Aggregate((a, b) => a == 1 ? b : a))];
    }

    /// <summary>The value of an operand at an index of the whole: axes of length 1 stand still.</summary>
    private static double At(RefTensor x, int[] index)
    {
        int missing = index.Length - x.Rank;
        int at = 0;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            at += x.Shape[axis] == 1 ? 0 : index[missing + axis] * x.Strides[axis];
        }

        return x.Values[at];
    }

    private static RefTensor Broadcast(RefTensor a, RefTensor b, Func<double, double, double> f) =>
        RefTensor.Build(Together(a, b), index => f(At(a, index), At(b, index)));

    private static int Length(RefTensor x, int axis, int rank) => axis < rank - x.Rank ? 1 : x.Shape[axis - (rank - x.Rank)];
}
