namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Reductions =>
    [
        Of<SumOp>((op, x) => Reduce(x[0], op.Axes.Axes, op.Axes.KeepDim, v => v.Sum())),
        Of<MeanOp>((op, x) => Reduce(x[0], op.Axes.Axes, op.Axes.KeepDim, v => v.Average())),
        Of<MaxAlongOp>((op, x) => Reduce(x[0], [op.Axis], op.KeepDim, v => v.Max())),
        Of<MinAlongOp>((op, x) => Reduce(x[0], [op.Axis], op.KeepDim, v => v.Min())),
        Of<NormOp>((op, x) => Reduce(x[0], [op.Axis], op.KeepDim, v => Math.Sqrt(v.Sum(e => e * e)))),
    ];

    /// <summary>Collects, for every place of the result, the numbers that go into it.</summary>
    private static RefTensor Reduce(RefTensor x, int[] axes, bool keepDim, Func<List<double>, double> f)
    {
        int[] kept = [.. x.Shape.Select((length, axis) => axes.Contains(axis) ? 1 : length)];
        var result = new RefTensor(kept);
        var into = new List<double>[result.Values.Length];
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = [];
        }

        foreach (int[] index in RefTensor.Indices(x.Shape))
        {
            int place = 0;
            for (int axis = 0; axis < index.Length; axis++)
            {
                place = place * kept[axis] + (axes.Contains(axis) ? 0 : index[axis]);
            }

            into[place].Add(x[index]);
        }

        int[] shape = keepDim ? kept : [.. x.Shape.Where((_, axis) => !axes.Contains(axis))];
        return new RefTensor(shape, Array.ConvertAll(into, v => f(v)));
    }
}
