namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Gates =>
    [
        OfAll<ChannelMlpGateOp>((op, x) =>
        {
            RefTensor gates = MlpGates(op.Mean, op.Max, op.Hard, x[0], x[1], x[2], x.ElementAtOrDefault(3), x.ElementAtOrDefault(4));
            return [ScaleChannels(x[0], gates), gates];
        }),
        OfAll<PooledGateOp>((op, x) =>
        {
            RefTensor u = x[0];
            var channel = new RefTensor(u.Shape[0], 0);
            int at = op.HasConvBias ? 3 : 2;
            if (op.HasChannelGate)
            {
                channel = MlpGates(true, true, false, u, x[at], x[at + 1], x.ElementAtOrDefault(at + 2), x.ElementAtOrDefault(at + 3));
                u = ScaleChannels(u, channel);
            }

            (int h, int w, int k) = (u.Shape[2], u.Shape[3], x[1].Shape[2]);
            double[] Column(int n, int row, int column) => [.. Enumerable.Range(0, u.Shape[1]).Select(c => u[n, c, row, column])];
            var pools = RefTensor.Build([u.Shape[0], 2, h, w], p => (p[1] == 0) == op.MeanFirst
                ? Column(p[0], p[2], p[3]).Average()
                : Column(p[0], p[2], p[3]).Max());
            var gate = RefTensor.Build([u.Shape[0], 1, h, w], p => Logistic((op.HasConvBias ? x[2].Values[0] : 0)
                + RefTensor.Indices([2, k, k]).Sum(t =>
                {
                    (int row, int column) = (p[2] + t[1] - (k / 2), p[3] + t[2] - (k / 2));
                    return row < 0 || column < 0 || row >= h || column >= w ? 0 : x[1][0, t[0], t[1], t[2]] * pools[p[0], t[0], row, column];
                })));
            return [RefTensor.Build(u.Shape, p => u[p[0], p[1], p[2], p[3]] * gate[p[0], 0, p[2], p[3]]), gate, channel];
        }),
        OfAll<ConcurrentGateOp>((_, x) =>
        {
            RefTensor channel = MlpGates(true, false, false, x[0], x[3], x[4], x[5], x[6]);
            RefTensor position = RefTensor.Build([x[0].Shape[0], 1, x[0].Shape[2], x[0].Shape[3]], at => Logistic(Projected(x, at[0], at[2], at[3])));
            return
            [
                RefTensor.Build(x[0].Shape, at => x[0][at[0], at[1], at[2], at[3]] * (channel[at[0], at[1]] + position[at[0], 0, at[2], at[3]])),
                position,
                channel,
            ];
        }),
        OfAll<ContextGateOp>((op, x) =>
        {
            (int n, int channels, int h, int w) = (x[0].Shape[0], x[0].Shape[1], x[0].Shape[2], x[0].Shape[3]);
            var exponentials = RefTensor.Build([n, 1, h, w], at => Math.Exp(Projected(x, at[0], at[2], at[3])));
            var weights = RefTensor.Build([n, 1, h, w], at => exponentials[at[0], 0, at[2], at[3]] / PlaneOf(exponentials, at[0], 0).Sum());
            var context = RefTensor.Build([n, channels], at => PlaneOf(x[0], at[0], at[1]).Zip(PlaneOf(weights, at[0], 0), (a, b) => a * b).Sum());
            RefTensor one = RefTensor.Build([n, channels], _ => 1);
            RefTensor gates = op.Multiplies ? Transformed(context, x[3..9], op.Epsilon) : one;
            gates = op.Multiplies ? RefTensor.Build(gates.Shape, at => Logistic(gates[at[0], at[1]])) : one;
            RefTensor? shifts = op.Adds ? Transformed(context, x[^6..], op.Epsilon) : null;
            return
            [
                RefTensor.Build(x[0].Shape, at => (x[0][at[0], at[1], at[2], at[3]] * gates[at[0], at[1]]) + (shifts?[at[0], at[1]] ?? 0)),
                weights,
                op.Multiplies ? gates : new RefTensor(n, 0),
            ];
        }),
        Of<PositionGateOp>((op, x) => RefTensor.Build(x[0].Shape, at =>
        {
            double a = x.Length > 2 ? x[2][at[0], at[1], 0, 0] : 1;
            double b = x[1][at[0], 0, at[2], at[3]];
            return x[0][at[0], at[1], at[2], at[3]] * op.Form switch
            {
                GateForm.Product => a * b,
                GateForm.Sum => a + b,
                GateForm.ResidualSum => 1 + Logistic(a + b),
                _ => 1 + Logistic(a * b),
            };
        })),
        OfAll<RowColumnMeansOp>((_, x) =>
        [
            RefTensor.Build([x[0].Shape[0], x[0].Shape[1], x[0].Shape[2] + x[0].Shape[3]], at =>
            {
                (int h, int w) = (x[0].Shape[2], x[0].Shape[3]);
                return at[2] < h
                    ? Enumerable.Range(0, w).Average(j => x[0][at[0], at[1], at[2], j])
                    : Enumerable.Range(0, h).Average(i => x[0][at[0], at[1], i, at[2] - h]);
            }),
            x[0],
        ]),
        OfAll<ProjectionOp>((_, x) =>
        [
            RefTensor.Build([x[0].Shape[0], x[1].Shape[0], x[0].Shape[2], x[0].Shape[3]], at => x[2].Values[at[1]]
                + Enumerable.Range(0, x[0].Shape[1]).Sum(c => x[1].Values[(at[1] * x[0].Shape[1]) + c] * x[0][at[0], c, at[2], at[3]])),
            RefTensor.Build([x[0].Shape[0], x[0].Shape[1]], at => PlaneOf(x[0], at[0], at[1]).Average()),
            x[0],
        ]),
        OfAll<ProjectedMeansOp>((op, x) =>
        [
            RefTensor.Build([x[0].Shape[0], x[1].Shape[0], x[0].Shape[2], x[0].Shape[3]], at =>
            {
                double sum = x[2].Values[at[1]]
                    + Enumerable.Range(0, x[0].Shape[1]).Sum(c => x[1].Values[(at[1] * x[0].Shape[1]) + c] * x[0][at[0], c, at[2], at[3]]);
                return Math.Max(0, ((sum - x[5].Values[at[1]]) / Math.Sqrt(x[6].Values[at[1]] + op.Epsilon) * x[3].Values[at[1]]) + x[4].Values[at[1]]);
            }),
            RefTensor.Build([x[0].Shape[0], x[0].Shape[1]], at => PlaneOf(x[0], at[0], at[1]).Average()),
        ]),
        Of<CoordinateGateOp>((op, x) =>
        {
            (int channels, int h, int w, int reduced) = (x[0].Shape[1], x[0].Shape[2], x[0].Shape[3], x[1].Shape[0]);
            var strips = RefTensor.Build([x[0].Shape[0], channels, h + w], at => at[2] < h
                ? Enumerable.Range(0, w).Average(j => x[0][at[0], at[1], at[2], j])
                : Enumerable.Range(0, h).Average(i => x[0][at[0], at[1], i, at[2] - h]));
            var f = RefTensor.Build([x[0].Shape[0], reduced, h + w], at =>
            {
                double sum = x[2].Values[at[1]] + Enumerable.Range(0, channels).Sum(c => x[1].Values[(at[1] * channels) + c] * strips[at[0], c, at[2]]);
                double normed = ((sum - x[5].Values[at[1]]) / Math.Sqrt(x[6].Values[at[1]] + op.Epsilon) * x[3].Values[at[1]]) + x[4].Values[at[1]];
                return normed * Math.Clamp(normed + 3, 0, 6) / 6;
            });
            double Gate(int image, int c, int place, RefTensor weight, RefTensor bias) => Logistic(
                bias.Values[c] + Enumerable.Range(0, reduced).Sum(r => weight.Values[(c * reduced) + r] * f[image, r, place]));
            return RefTensor.Build(x[0].Shape, at => x[0][at[0], at[1], at[2], at[3]]
                * Gate(at[0], at[1], at[2], x[7], x[8]) * Gate(at[0], at[1], h + at[3], x[9], x[10]));
        }),
        Of<RowColumnGateOp>((_, x) => RefTensor.Build(x[0].Shape, at =>
            x[0][at[0], at[1], at[2], at[3]] * x[1][at[0], at[1], at[2], 0] * x[2][at[0], at[1], 0, at[3]])),
        OfAll<ChannelConvGateOp>((_, x) =>
        {
            int reach = x[1].Shape[2] / 2;
            var gates = RefTensor.Build([x[0].Shape[0], x[0].Shape[1]], at => Logistic(Enumerable.Range(-reach, (2 * reach) + 1)
                .Where(shift => at[1] + shift >= 0 && at[1] + shift < x[0].Shape[1])
                .Sum(shift => x[1].Values[shift + reach] * PlaneOf(x[0], at[0], at[1] + shift).Average())));
            return [ScaleChannels(x[0], gates), gates];
        }),
    ];

    /// <summary>The 1×1 convolution to one channel of the inputs 1 and 2, at a position.</summary>
    private static double Projected(RefTensor[] x, int image, int row, int column) =>
        x[2].Values[0] + Enumerable.Range(0, x[0].Shape[1]).Sum(c => x[1].Values[c] * x[0][image, c, row, column]);

    /// <summary>W2 · ReLU(LN(W1 · s + b1)) + b2 of the parameters W1, b1, γ, β, W2, b2.</summary>
    private static RefTensor Transformed(RefTensor sums, RefTensor[] p, double epsilon)
    {
        (int channels, int reduced) = (p[0].Shape[1], p[0].Shape[0]);
        var linear = RefTensor.Build([sums.Shape[0], reduced], at => p[1].Values[at[1]] + Enumerable.Range(0, channels).Sum(c => p[0][at[1], c] * sums[at[0], c]));
        var hidden = RefTensor.Build(linear.Shape, at =>
        {
            double[] row = [.. Enumerable.Range(0, reduced).Select(r => linear[at[0], r])];
            double variance = row.Average(v => (v - row.Average()) * (v - row.Average()));
            return Math.Max(0, (p[2].Values[at[1]] * (linear[at[0], at[1]] - row.Average()) / Math.Sqrt(variance + epsilon)) + p[3].Values[at[1]]);
        });
        return RefTensor.Build(sums.Shape, at => p[5].Values[at[1]] + Enumerable.Range(0, reduced).Sum(r => p[4][at[1], r] * hidden[at[0], r]));
    }

    private static RefTensor MlpGates(
        bool mean, bool max, bool hard, RefTensor maps, RefTensor w1, RefTensor w2, RefTensor? b1, RefTensor? b2)
    {
        var hidden = RefTensor.Build([maps.Shape[0], w1.Shape[0]], at => Pools(mean, max).Sum(pool => Math.Max(
            0, (b1?.Values[at[1]] ?? 0) + Enumerable.Range(0, w1.Shape[1]).Sum(c => w1[at[1], c] * pool(PlaneOf(maps, at[0], c))))));
        return RefTensor.Build([maps.Shape[0], maps.Shape[1]], at =>
        {
            double logit = ((b2?.Values[at[1]] ?? 0) * Pools(mean, max).Count())
                + Enumerable.Range(0, w1.Shape[0]).Sum(r => w2[at[1], r] * hidden[at[0], r]);
            return hard ? Math.Clamp((logit + 3) / 6, 0, 1) : Logistic(logit);
        });
    }

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
