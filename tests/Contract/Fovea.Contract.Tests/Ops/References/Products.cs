namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Products =>
    [
        Of<MatMulOp>((op, x) => MatMul(x[0], x[1], op.TransposeA, op.TransposeB)),
        Of<LinearLayerOp>((_, x) => Linear(x[0], x[1], x.Length > 2 ? x[2] : null)),
        Of<ConvTranspose2dOp>((op, x) => ConvTranspose2d(op, x[0], x[1], x.Length > 2 ? x[2] : null)),
    ];

    private static RefTensor MatMul(RefTensor a, RefTensor b, bool transposeA, bool transposeB)
    {
        int k = a.Shape[^(transposeA ? 2 : 1)];
        int[] batch = Together(new RefTensor(a.Shape[..^2]), new RefTensor(b.Shape[..^2]));
        int[] shape = [.. batch, a.Shape[^(transposeA ? 1 : 2)], b.Shape[^(transposeB ? 2 : 1)]];
        return RefTensor.Build(shape, index =>
        {
            (int row, int column) = (index[^2], index[^1]);
            double sum = 0;
            for (int i = 0; i < k; i++)
            {
                int[] left = [.. index[..^2], transposeA ? i : row, transposeA ? row : i];
                int[] right = [.. index[..^2], transposeB ? column : i, transposeB ? i : column];
                sum += AtMatrix(a, left) * AtMatrix(b, right);
            }

            return sum;
        });
    }

    /// <summary>As <see cref="At"/>, but the last two axes never stand still.</summary>
    private static double AtMatrix(RefTensor x, int[] index)
    {
        int missing = index.Length - x.Rank;
        int at = 0;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            at += axis < x.Rank - 2 && x.Shape[axis] == 1 ? 0 : index[missing + axis] * x.Strides[axis];
        }

        return x.Values[at];
    }

    private static RefTensor Linear(RefTensor x, RefTensor weight, RefTensor? bias) =>
        RefTensor.Build([.. x.Shape[..^1], weight.Shape[0]], index =>
        {
            double sum = bias?.Values[index[^1]] ?? 0;
            for (int i = 0; i < weight.Shape[1]; i++)
            {
                sum += x[[.. index[..^1], i]] * weight[index[^1], i];
            }

            return sum;
        });

    private static RefTensor ConvTranspose2d(ConvTranspose2dOp op, RefTensor x, RefTensor w, RefTensor? bias)
    {
        int perGroup = w.Shape[1];
        int height = ((x.Shape[2] - 1) * op.Stride.Height) - (2 * op.Padding.Height) + (op.Dilation.Height * (w.Shape[2] - 1)) + 1 + op.OutputPadding.Height;
        int width = ((x.Shape[3] - 1) * op.Stride.Width) - (2 * op.Padding.Width) + (op.Dilation.Width * (w.Shape[3] - 1)) + 1 + op.OutputPadding.Width;
        RefTensor y = RefTensor.Build([x.Shape[0], perGroup * op.Groups, height, width], at => bias?.Values[at[1]] ?? 0);
        foreach (int[] at in RefTensor.Indices(x.Shape))
        {
            int group = at[1] / (x.Shape[1] / op.Groups);
            foreach (int[] tap in RefTensor.Indices(w.Shape[1..]))
            {
                int row = (at[2] * op.Stride.Height) + (tap[1] * op.Dilation.Height) - op.Padding.Height;
                int column = (at[3] * op.Stride.Width) + (tap[2] * op.Dilation.Width) - op.Padding.Width;
                if (row >= 0 && row < height && column >= 0 && column < width)
                {
                    y[at[0], (group * perGroup) + tap[0], row, column] += x[at] * w[at[1], tap[0], tap[1], tap[2]];
                }
            }
        }

        return y;
    }
}
