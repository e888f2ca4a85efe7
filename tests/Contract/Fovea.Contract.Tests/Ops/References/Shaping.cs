namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Shaping =>
    [
        Of<ReshapeOp>((op, x) => new RefTensor([.. op.Shape.Lengths], x[0].Values)),
        Of<SubsampleOp>((op, x) => RefTensor.Build(
            [x[0].Shape[0], op.Before + x[0].Shape[1] + op.After, (x[0].Shape[2] - 1) / op.Stride + 1, (x[0].Shape[3] - 1) / op.Stride + 1],
            at => at[1] < op.Before || at[1] >= op.Before + x[0].Shape[1] ? 0 : x[0][at[0], at[1] - op.Before, at[2] * op.Stride, at[3] * op.Stride])),
        Of<PermuteOp>((op, x) =>
        {
            int[] shape = [.. op.Order.Select(axis => x[0].Shape[axis])];
            return RefTensor.Build(shape, at =>
            {
                int[] from = new int[at.Length];
                for (int i = 0; i < at.Length; i++)
                {
                    from[op.Order[i]] = at[i];
                }

                return x[0][from];
            });
        }),
        Of<ConcatOp>((op, x) => RefTensor.Build(With(x[0].Shape, op.Axis, x.Sum(t => t.Shape[op.Axis])), at =>
        {
            int place = at[op.Axis];
            int part = 0;
            while (place >= x[part].Shape[op.Axis])
            {
                place -= x[part++].Shape[op.Axis];
            }

            return x[part][With(at, op.Axis, place)];
        })),
        OfAll<SplitOp>((op, x) =>
        [
            .. op.Sizes.Select((size, i) => RefTensor.Build(
                With(x[0].Shape, op.Axis, size), at => x[0][With(at, op.Axis, at[op.Axis] + op.Sizes.Take(i).Sum())])),
        ]),
        Of<SliceOp>((op, x) => RefTensor.Build(
            With(x[0].Shape, op.Axis, op.Length), at => x[0][With(at, op.Axis, op.Start + (at[op.Axis] * op.Step))])),
        Of<ExpandOp>((op, x) => RefTensor.Build([.. op.Target.Lengths], at => At(x[0], at))),
        Of<FlipOp>((op, x) => RefTensor.Build(
            x[0].Shape, at => x[0][[.. at.Select((i, axis) => op.Axes.Contains(axis) ? x[0].Shape[axis] - 1 - i : i)]])),
        Of<PadOp>((op, x) => Pad(op, x[0])),
        Of<IndexSelectOp>((op, x) => RefTensor.Build(
            With(x[0].Shape, op.Axis, x[1].Values.Length), at => x[0][With(at, op.Axis, (int)x[1].Values[at[op.Axis]])])),
        Of<GatherOp>((op, x) => RefTensor.Build(x[1].Shape, at => x[0][With(at, op.Axis, (int)x[1][at])])),
    ];

    private static RefTensor Pad(PadOp op, RefTensor x)
    {
        int rank = x.Rank;
        int first = rank - op.Before.Count;
        int[] shape = [.. x.Shape.Select((length, axis) => axis < first ? length : length + op.Before[axis - first] + op.After[axis - first])];
        return RefTensor.Build(shape, at =>
        {
            int[] from = [.. at.Select((i, axis) => axis < first ? i : i - op.Before[axis - first])];
            return from.Index().All(p => p.Item >= 0 && p.Item < x.Shape[p.Index]) ? x[from] : op.Value;
        });
    }

    private static int[] With(int[] values, int place, int value)
    {
        int[] copy = [.. values];
        copy[place] = value;
        return copy;
    }
}
