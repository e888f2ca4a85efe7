using Fovea.Simd.Masking;

namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> MasksAndSizes =>
    [
        Of<CompareOp>((op, x) => Broadcast(x[0], op.Number is { } n ? new RefTensor([], [n]) : x[1], (a, b) => op.Comparison switch
        {
            Comparison.Greater => a > b,
            Comparison.GreaterOrEqual => a >= b,
            Comparison.Less => a < b,
            Comparison.LessOrEqual => a <= b,
            Comparison.Equal => a == b,
            _ => a != b,
        } ? 1 : 0)),
        Of<WhereOp>((_, x) => RefTensor.Build(Together(x), at => At(x[2], at) != 0 ? At(x[0], at) : At(x[1], at))),
        Of<MaskedFillOp>((op, x) => RefTensor.Build(x[0].Shape, at => At(x[1], at) != 0 ? op.Value : x[0][at])),
        Of<ArgExtremeOp>((op, x) => Reduce(x[0], [op.Axis], op.KeepDim, values => values.IndexOf(op.Smallest ? values.Min() : values.Max()))),
        Of<VarOp>((op, x) => Reduce(x[0], op.Axes.Axes, op.Axes.KeepDim, values =>
        {
            double mean = values.Average();
            return values.Sum(v => (v - mean) * (v - mean)) / (values.Count - (op.Unbiased ? 1 : 0));
        })),
        Of<UpsampleNearest2dOp>((op, x) => RefTensor.Build(
            [x[0].Shape[0], x[0].Shape[1], op.Size.Height, op.Size.Width],
            at => x[0][at[0], at[1], at[2] * x[0].Shape[2] / op.Size.Height, at[3] * x[0].Shape[3] / op.Size.Width])),
        Of<UpsampleBilinear2dOp>((op, x) => RefTensor.Build(
            [x[0].Shape[0], x[0].Shape[1], op.Size.Height, op.Size.Width],
            at =>
            {
                double row = Source(at[2], x[0].Shape[2], op.Size.Height, op.AlignCorners);
                double column = Source(at[3], x[0].Shape[3], op.Size.Width, op.AlignCorners);
                double sum = 0;
                for (int i = 0; i < x[0].Shape[2]; i++)
                {
                    for (int j = 0; j < x[0].Shape[3]; j++)
                    {
                        double weight = Math.Max(0, 1 - Math.Abs(row - i)) * Math.Max(0, 1 - Math.Abs(column - j));
                        sum += weight == 0 ? 0 : weight * x[0][at[0], at[1], i, j];
                    }
                }

                return sum;
            })),
        Of<UnfoldDepthOp>((op, x) =>
        {
            int[] s = x[0].Shape;
            int depth = ((s[2] + (2 * op.Padding) - (op.Dilation * (op.Kernel - 1)) - 1) / op.Stride) + 1;
            return RefTensor.Build([s[0] * depth, s[1] * op.Kernel, s[3], s[4]], at =>
            {
                int plane = (at[0] % depth * op.Stride) + (at[1] % op.Kernel * op.Dilation) - op.Padding;
                return plane >= 0 && plane < s[2] ? x[0][at[0] / depth, at[1] / op.Kernel, plane, at[2], at[3]] : 0;
            });
        }),
    ];

    /// <summary>Where an output stands among the inputs, held within them.</summary>
    private static double Source(int i, int input, int output, bool alignCorners) => alignCorners
        ? output > 1 ? i * (input - 1.0) / (output - 1) : 0
        : Math.Clamp(((i + 0.5) * input / output) - 0.5, 0, input - 1);
}
