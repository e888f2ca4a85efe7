namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> RowNorms =>
    [
        Of<LayerNormOp>((op, x) =>
        {
            int d = op.Normalized.Elements;
            return NormalizeRuns(x, d, op.Epsilon, op.HasWeight, op.HasBias, place => place % d);
        }),
        Of<GroupNormOp>((op, x) =>
        {
            int channels = x[0].Shape[1];
            int inner = RefTensor.Product(x[0].Shape.AsSpan(2));
            return NormalizeRuns(x, channels / op.Groups * inner, op.Epsilon, op.HasWeight, op.HasBias, place => place / inner % channels);
        }),
    ];

    /// <summary>Normalises runs of values that lie side by side; <paramref name="parameter"/> says which weight belongs to a place.</summary>
    private static RefTensor NormalizeRuns(RefTensor[] x, int length, double epsilon, bool hasWeight, bool hasBias, Func<int, int> parameter)
    {
        double[] y = new double[x[0].Values.Length];
        for (int start = 0; start < y.Length; start += length)
        {
            double[] run = x[0].Values[start..(start + length)];
            double mean = run.Average();
            double variance = run.Sum(v => (v - mean) * (v - mean)) / length;
            for (int i = 0; i < length; i++)
            {
                int p = parameter(start + i);
                double weight = hasWeight ? x[1].Values[p] : 1;
                double bias = hasBias ? x[hasWeight ? 2 : 1].Values[p] : 0;
                y[start + i] = ((run[i] - mean) / Math.Sqrt(variance + epsilon) * weight) + bias;
            }
        }

        return new RefTensor(x[0].Shape, y);
    }
}
