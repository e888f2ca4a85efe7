namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> SelfGates =>
    [
        Of<SimAmGateOp>((op, x) => OverPlanes(x[0], (_, _, plane) =>
        {
            double mean = plane.Average();
            double spread = plane.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, plane.Length - 1);
            return [.. plane.Select(v => v * Logistic(((v - mean) * (v - mean) / (4 * (spread + op.Lambda))) + 0.5))];
        })),
        OfAll<MeanGateOp>((_, x) =>
        {
            var gates = RefTensor.Build([x[0].Shape[0], x[0].Shape[1]], at => Logistic(PlaneOf(x[0], at[0], at[1]).Average()));
            return [ScaleChannels(x[0], gates), gates];
        }),
        Of<ShuffleGateOp>((op, x) =>
        {
            int channels = x[0].Shape[1];
            int half = channels / (2 * op.Groups);
            RefTensor gated = OverPlanes(x[0], (_, channel, plane) =>
            {
                int j = channel % half;
                double mean = plane.Average();
                if (channel / half % 2 == 0)
                {
                    return [.. plane.Select(v => v * Logistic((x[1].Values[j] * mean) + x[2].Values[j]))];
                }

                double scale = 1 / Math.Sqrt(plane.Average(v => (v - mean) * (v - mean)) + op.Epsilon);
                return [.. plane.Select(v => v * Logistic(
                    (x[3].Values[j] * ((x[5].Values[j] * (v - mean) * scale) + x[6].Values[j])) + x[4].Values[j]))];
            });

            // Channel c of the result is channel (c mod 2)·C/2 + c/2 of what was gated.
            return RefTensor.Build(x[0].Shape, at => gated[at[0], (at[1] % 2 * (channels / 2)) + (at[1] / 2), at[2], at[3]]);
        }),
        OfAll<SimilarityGateOp>((_, x) =>
        {
            int groups = x[1].Shape[1];
            int channels = x[0].Shape[1] / groups;
            (int h, int w) = (x[0].Shape[2], x[0].Shape[3]);
            var similar = RefTensor.Build([x[0].Shape[0], groups, h, w], at => Enumerable.Range(at[1] * channels, channels)
                .Sum(c => x[0][at[0], c, at[2], at[3]] * PlaneOf(x[0], at[0], c).Average()));
            RefTensor gates = OverPlanes(similar, (_, group, s) =>
            {
                double mean = s.Average();
                double deviation = Math.Sqrt(s.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, s.Length - 1));
                return [.. s.Select(v => Logistic((x[1].Values[group] * (v - mean) / (deviation + 1e-5)) + x[2].Values[group]))];
            });
            return [RefTensor.Build(x[0].Shape, at => x[0][at[0], at[1], at[2], at[3]] * gates[at[0], at[1] / channels, at[2], at[3]]), gates];
        }),
        Of<TripleGateOp>((_, x) => RefTensor.Build(x[0].Shape, at => x[0][at[0], at[1], at[2], at[3]]
            * (x[1][at[0], at[1], 0, at[3]] + x[2][at[0], at[1], at[2], 0] + x[3][at[0], 0, at[2], at[3]]) / 3)),
    ];

    private static RefTensor OverPlanes(RefTensor x, Func<int, int, double[], double[]> map)
    {
        double[][] planes = [.. RefTensor.Indices([x.Shape[0], x.Shape[1]]).Select(at => map(at[0], at[1], PlaneOf(x, at[0], at[1])))];
        return RefTensor.Build(x.Shape, at => planes[(at[0] * x.Shape[1]) + at[1]][(at[2] * x.Shape[3]) + at[3]]);
    }
}
