namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Gates =>
    [
        OfAll<ChannelMlpGateOp>((op, x) =>
        {
            (RefTensor maps, RefTensor w1, RefTensor w2) = (x[0], x[1], x[2]);
            var hidden = RefTensor.Build([maps.Shape[0], w1.Shape[0]], at => Pools(op.Mean, op.Max).Sum(pool => Math.Max(
                0, (x.Length > 3 ? x[3][at[1]] : 0) + Enumerable.Range(0, w1.Shape[1]).Sum(c => w1[at[1], c] * pool(PlaneOf(maps, at[0], c))))));
            var gates = RefTensor.Build([maps.Shape[0], maps.Shape[1]], at =>
            {
                double logit = (x.Length > 3 ? x[4][at[1]] * Pools(op.Mean, op.Max).Count() : 0)
                    + Enumerable.Range(0, w1.Shape[0]).Sum(r => w2[at[1], r] * hidden[at[0], r]);
                return op.Hard ? Math.Clamp((logit + 3) / 6, 0, 1) : Logistic(logit);
            });
            return [ScaleChannels(maps, gates), gates];
        }),
        OfAll<ChannelConvGateOp>((_, x) =>
        {
            int reach = x[1].Shape[2] / 2;
            var gates = RefTensor.Build([x[0].Shape[0], x[0].Shape[1]], at => Logistic(Enumerable.Range(-reach, (2 * reach) + 1)
                .Where(shift => at[1] + shift >= 0 && at[1] + shift < x[0].Shape[1])
                .Sum(shift => x[1].Values[shift + reach] * PlaneOf(x[0], at[0], at[1] + shift).Average())));
            return [ScaleChannels(x[0], gates), gates];
        }),
    ];

    private static IEnumerable<Func<double[], double>> Pools(bool mean, bool max)
    {
        if (mean)
        {
            yield return values => values.Average();
        }

        if (max)
        {
            yield return values => values.Max();
        }
    }

    private static double[] PlaneOf(RefTensor maps, int image, int channel)
    {
        int positions = RefTensor.Product(maps.Shape.AsSpan(2));
        return maps.Values[(((image * maps.Shape[1]) + channel) * positions)..(((image * maps.Shape[1]) + channel + 1) * positions)];
    }

    private static RefTensor ScaleChannels(RefTensor maps, RefTensor gates) => RefTensor.Build(maps.Shape, at =>
    {
        int offset = 0;
        for (int axis = 0; axis < at.Length; axis++)
        {
            offset = (offset * maps.Shape[axis]) + at[axis];
        }

        return maps.Values[offset] * gates[at[0], at[1]];
    });
}
