using Fovea.Simd.Attention;

namespace Fovea.Simd.Tests.Attention;

/// <summary>Attention by its formula, in double, on operands of any layout.</summary>
internal sealed class PlainAttention(AttentionShape s, double[] q, AttentionPlace qAt, double[] k, AttentionPlace kAt, double[] v, AttentionPlace vAt)
{
    /// <summary>Whether a query may attend to a key.</summary>
    public Func<int, int, int, int, bool> Allowed { get; init; } = (_, _, _, _) => true;

    /// <summary>What is added to a logit.</summary>
    public Func<int, int, int, int, double> Bias { get; init; } = (_, _, _, _) => 0;

    /// <summary>What an attention weight is multiplied with after the softmax.</summary>
    public Func<int, int, int, double> Kept { get; init; } = (_, _, _) => 1;

    public double[] Y { get; private set; } = [];

    public double[] Dq { get; } = new double[q.Length];

    public double[] Dk { get; } = new double[k.Length];

    public double[] Dv { get; } = new double[v.Length];

    public PlainAttention Run(AttentionPlace yAt, double[] dy)
    {
        Y = new double[dy.Length];
        for (int b = 0; b < s.Batch; b++)
        {
            for (int h = 0; h < s.Heads; h++)
            {
                for (int i = 0; i < s.Queries; i++)
                {
                    Row(b, h, i, yAt, dy);
                }
            }
        }

        return this;
    }

    private static int At(AttentionPlace p, int b, int h, int i, int f) => p.Offset + (b * p.Batch) + (h * p.Head) + (i * p.Position) + (f * p.Feature);

    private void Row(int b, int h, int i, AttentionPlace yAt, double[] dy)
    {
        int pair = (b * s.Heads) + h;
        double[] weights = Weights(b, h, i);
        double[] grads = new double[s.Keys];
        double dot = 0;
        for (int j = 0; j < s.Keys; j++)
        {
            double kept = Kept(pair, i, j);
            for (int f = 0; f < s.ValueDepth; f++)
            {
                double value = v[At(vAt, b, h, j, f)];
                double grad = dy[At(yAt, b, h, i, f)];
                Y[At(yAt, b, h, i, f)] += weights[j] * kept * value;
                Dv[At(vAt, b, h, j, f)] += weights[j] * kept * grad;
                grads[j] += kept * value * grad;
            }

            dot += weights[j] * grads[j];
        }

        for (int j = 0; j < s.Keys; j++)
        {
            double logit = weights[j] * (grads[j] - dot) * s.Scale;
            for (int f = 0; f < s.Depth; f++)
            {
                Dq[At(qAt, b, h, i, f)] += logit * k[At(kAt, b, h, j, f)];
                Dk[At(kAt, b, h, j, f)] += logit * q[At(qAt, b, h, i, f)];
            }
        }
    }

    private double[] Weights(int b, int h, int i)
    {
        double[] logits = new double[s.Keys];
        for (int j = 0; j < s.Keys; j++)
        {
            for (int f = 0; f < s.Depth; f++)
            {
                logits[j] += s.Scale * q[At(qAt, b, h, i, f)] * k[At(kAt, b, h, j, f)];
            }

            logits[j] = Allowed(b, h, i, j) && (!s.Causal || j <= i) ? logits[j] + Bias(b, h, i, j) : double.NegativeInfinity;
        }

        double max = logits.DefaultIfEmpty(0).Max();
        double[] weights = Array.ConvertAll(logits, l => double.IsNegativeInfinity(max) ? 0 : Math.Exp(l - max));
        double sum = weights.Sum();
        return sum == 0 ? weights : Array.ConvertAll(weights, w => w / sum);
    }
}
