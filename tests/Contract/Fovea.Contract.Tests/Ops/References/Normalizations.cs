namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Normalizations =>
    [
        OfAll<BatchNormTrainingOp>((op, x) =>
        {
            RefTensor mean = PerChannel(x[0], v => v.Average());
            RefTensor variance = PerChannel(x[0], v => v.Sum(e => (e - v.Average()) * (e - v.Average())) / v.Count);
            return [Normalize(x[0], x[1], x[2], mean, variance, x.Length > 3 ? x[3] : null, op.Epsilon, op.Relu), mean, variance];
        }),
        Of<BatchNormInferenceOp>((op, x) => Normalize(x[0], x[1], x[2], x[3], x[4], x.Length > 5 ? x[5] : null, op.Epsilon, op.Relu)),
    ];

    private static RefTensor PerChannel(RefTensor x, Func<List<double>, double> f) =>
        Reduce(x, [.. Enumerable.Range(0, x.Rank).Where(axis => axis != 1)], false, f);

    private static RefTensor Normalize(
        RefTensor x, RefTensor weight, RefTensor bias, RefTensor mean, RefTensor variance, RefTensor? residual, double epsilon, bool relu) =>
        RefTensor.Build(x.Shape, at =>
        {
            int c = at[1];
            double y = (x[at] - mean[c]) / Math.Sqrt(variance[c] + epsilon) * weight[c] + bias[c] + (residual?[at] ?? 0);
            return relu ? Math.Max(y, 0) : y;
        });
}
