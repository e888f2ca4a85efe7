namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> SoftmaxesAndLosses =>
    [
        Of<SoftmaxOp>((op, x) => LogSoftmax(x[0], op.Axis).Map(Math.Exp)),
        Of<LogSoftmaxOp>((op, x) => LogSoftmax(x[0], op.Axis)),
        Of<CrossEntropyOp>((op, x) => CrossEntropy(op, x[0], x[1].Values, x.Length > 2 ? x[2].Values : null)),
        Of<DropoutOp>((op, x) => Dropout(op, x[0])),
    ];

    private static RefTensor LogSoftmax(RefTensor x, int axis) => RefTensor.Build(x.Shape, at =>
    {
        double sum = 0;
        for (int i = 0; i < x.Shape[axis]; i++)
        {
            sum += Math.Exp(x[With(at, axis, i)]);
        }

        return x[at] - Math.Log(sum);
    });

    private static RefTensor CrossEntropy(CrossEntropyOp op, RefTensor logits, double[] labels, double[]? weights)
    {
        int classes = logits.Shape[1];
        RefTensor logs = LogSoftmax(logits, 1);
        double[] losses = new double[labels.Length];
        double total = 0;
        for (int row = 0; row < losses.Length; row++)
        {
            int label = (int)labels[row];
            if (label == op.IgnoreIndex)
            {
                continue;
            }

            total += weights?[label] ?? 1;
            for (int c = 0; c < classes; c++)
            {
                double target = (c == label ? 1 - op.LabelSmoothing : 0) + (op.LabelSmoothing / classes);
                losses[row] -= target * (weights?[c] ?? 1) * logs[row, c];
            }
        }

        return op.Reduction switch
        {
            LossReduction.None => new RefTensor([losses.Length], losses),
            LossReduction.Sum => new RefTensor([], [losses.Sum()]),
            _ => new RefTensor([], [losses.Sum() / total]),
        };
    }

    private static RefTensor Dropout(DropoutOp op, RefTensor x)
    {
        double[] values = new double[x.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            uint draw = Murmur(Murmur((uint)i + (uint)op.Seed) ^ (uint)(op.Seed >> 32));
            values[i] = draw < (ulong)(op.Probability * 4294967296.0) ? 0 : x.Values[i] / (1 - op.Probability);
        }

        return new RefTensor(x.Shape, values);
    }

    private static uint Murmur(uint h)
    {
        h = (h ^ (h >> 16)) * 0x85EBCA6B;
        h = (h ^ (h >> 13)) * 0xC2B2AE35;
        return h ^ (h >> 16);
    }
}
