namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Poolings =>
    [
        Of<MaxPool2dOp>((op, x) => Pool(op.Window, x[0], (values, _) => values.Max())),
        Of<AvgPool2dOp>((op, x) => Pool(op.Window, x[0], (values, padded) => values.Sum() / (op.CountIncludePad ? padded : values.Count))),
        Of<AdaptiveAvgPool2dOp>((op, x) => Adaptive(op.Size, x[0], values => values.Average())),
        Of<AdaptiveMaxPool2dOp>((op, x) => Adaptive(op.Size, x[0], values => values.Max())),
    ];

    /// <summary>Gives the values of each window within the map, and how many positions it has with the padding.</summary>
    private static RefTensor Pool(PoolWindow w, RefTensor x, Func<List<double>, int, double> f)
    {
        int rows = Windows(x.Shape[2], w.Kernel.Height, w.Stride.Height, w.Padding.Height, w.Dilation.Height, w.CeilMode);
        int columns = Windows(x.Shape[3], w.Kernel.Width, w.Stride.Width, w.Padding.Width, w.Dilation.Width, w.CeilMode);
        return RefTensor.Build([x.Shape[0], x.Shape[1], rows, columns], at =>
        {
            var values = new List<double>();
            int padded = 0;
            for (int u = 0; u < w.Kernel.Height; u++)
            {
                for (int v = 0; v < w.Kernel.Width; v++)
                {
                    int row = (at[2] * w.Stride.Height) + (u * w.Dilation.Height) - w.Padding.Height;
                    int column = (at[3] * w.Stride.Width) + (v * w.Dilation.Width) - w.Padding.Width;
                    padded += row < x.Shape[2] + w.Padding.Height && column < x.Shape[3] + w.Padding.Width ? 1 : 0;
                    if (row >= 0 && row < x.Shape[2] && column >= 0 && column < x.Shape[3])
                    {
                        values.Add(x[at[0], at[1], row, column]);
                    }
                }
            }

            return f(values, padded);
        });
    }

    private static int Windows(int length, int kernel, int stride, int padding, int dilation, bool ceilMode)
    {
        int count = 0;
        int span = (dilation * (kernel - 1)) + 1;
        for (int start = -padding; ceilMode ? start < length : start + span <= length + padding; start += stride)
        {
            count++;
            if (start + span >= length + padding)
            {
                break;
            }
        }

        return count;
    }

    private static RefTensor Adaptive(Size2 size, RefTensor x, Func<List<double>, double> f) =>
        RefTensor.Build([x.Shape[0], x.Shape[1], size.Height, size.Width], at =>
        {
            var values = new List<double>();
            for (int row = at[2] * x.Shape[2] / size.Height; row < Math.Ceiling((at[2] + 1.0) * x.Shape[2] / size.Height); row++)
            {
                for (int column = at[3] * x.Shape[3] / size.Width; column < Math.Ceiling((at[3] + 1.0) * x.Shape[3] / size.Width); column++)
                {
                    values.Add(x[at[0], at[1], row, column]);
                }
            }

            return f(values);
        });
}
