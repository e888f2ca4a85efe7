namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Convolutions =>
    [
        Of<Conv2dOp>((op, x) => Conv2d(op, x[0], x[1], x.Length > 2 ? x[2] : null)),
    ];

    private static RefTensor Conv2d(Conv2dOp op, RefTensor x, RefTensor w, RefTensor? bias)
    {
        int Out(int size, int kernel, int stride, int pad, int dilation) => (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
        int groupIn = w.Shape[1];
        int groupOut = w.Shape[0] / op.Groups;
        int[] shape =
        [
            x.Shape[0], w.Shape[0],
            Out(x.Shape[2], w.Shape[2], op.Stride.Height, op.Padding.Height, op.Dilation.Height),
            Out(x.Shape[3], w.Shape[3], op.Stride.Width, op.Padding.Width, op.Dilation.Width),
        ];
        return RefTensor.Build(shape, at =>
        {
            double sum = bias?[at[1]] ?? 0;
            foreach (int[] tap in RefTensor.Indices([groupIn, w.Shape[2], w.Shape[3]]))
            {
                int row = at[2] * op.Stride.Height - op.Padding.Height + tap[1] * op.Dilation.Height;
                int column = at[3] * op.Stride.Width - op.Padding.Width + tap[2] * op.Dilation.Width;
                if (row >= 0 && row < x.Shape[2] && column >= 0 && column < x.Shape[3])
                {
                    sum += x[at[0], at[1] / groupOut * groupIn + tap[0], row, column] * w[at[1], tap[0], tap[1], tap[2]];
                }
            }

            return sum;
        });
    }
}
