namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Shaping =>
    [
        Of<ReshapeOp>((op, x) => new RefTensor([.. op.Shape.Lengths], x[0].Values)),
        Of<SubsampleOp>((op, x) => RefTensor.Build(
            [x[0].Shape[0], x[0].Shape[1], (x[0].Shape[2] - 1) / op.Stride + 1, (x[0].Shape[3] - 1) / op.Stride + 1],
            at => x[0][at[0], at[1], at[2] * op.Stride, at[3] * op.Stride])),
        Of<ConcatOp>((op, x) => Concat(x, op.Axis)),
        Of<PadOp>((op, x) => RefTensor.Build([.. x[0].Shape.Select((n, axis) => n + op.Widths[axis].Before + op.Widths[axis].After)], at =>
        {
            int[] from = [.. at.Select((i, axis) => i - op.Widths[axis].Before)];
            return from.Zip(x[0].Shape).All(p => p.First >= 0 && p.First < p.Second) ? x[0][from] : 0;
        })),
    ];

    private static RefTensor Concat(RefTensor[] parts, int axis)
    {
        int[] shape = [.. parts[0].Shape];
        shape[axis] = parts.Sum(p => p.Shape[axis]);
        return RefTensor.Build(shape, at =>
        {
            int[] from = [.. at];
            int part = 0;
            while (from[axis] >= parts[part].Shape[axis])
            {
                from[axis] -= parts[part++].Shape[axis];
            }

            return parts[part][from];
        });
    }
}
