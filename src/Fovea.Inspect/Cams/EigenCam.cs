namespace Fovea.Inspect;

/// <summary>
/// Eigen-CAM: <c>M = A v</c>, the activations [H·W, C] projected on their first right singular vector v: what is common to the channels.
/// It asks for no class and takes no gradients.
/// <para>Source: Muhammad and Yeasin, "Eigen-CAM: Class Activation Map Using Principal Components", 2020. The sign of v, which the
/// decomposition leaves open, is the one that makes the map's sum positive. Nothing is subtracted from A first, as in the paper.</para>
/// </summary>
/// <param name="options">The layer; null for the defaults.</param>
public sealed class EigenCam(MapMethodOptions? options = null) : Cam("eigen-cam", options)
{
    // Each squaring doubles the exponent of the power iteration: 2²⁴ steps part eigenvalues that differ by a millionth.
    private const int MostSquarings = 24;

    private protected override bool UsesGradients => false;

    private protected override double[] Map(CamSample sample)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Tensor a = Tensor.From(sample.Activations, [sample.Channels, sample.Positions]).To(DType.Float64);
        bool overPlaces = sample.Positions <= sample.Channels;
        double[] vector = First(overPlaces ? a.MatMul(a, transposeA: true) : a.MatMul(a, transposeB: true));
        double[] map;
        if (overPlaces)
        {
            // u of A = U Σ Vᵀ: A v = σ u.
            double[] back = a.MatMul(Tensor.From(vector, [sample.Positions, 1])).ToArray<double>();
            double length = Math.Sqrt(back.Sum(static x => x * x));
            map = Array.ConvertAll(vector, x => x * length);
        }
        else
        {
            map = a.MatMul(Tensor.From(vector, [sample.Channels, 1]), transposeA: true).ToArray<double>();
        }

        return map.Sum() < 0 ? Array.ConvertAll(map, static x => -x) : map;
    }

    /// <summary>The eigenvector of the largest eigenvalue of a symmetric matrix without negative ones, of length 1; zeros of zeros.</summary>
    private static double[] First(Tensor gram)
    {
        int n = gram.Shape[0];
        double trace = Trace(gram);
        if (trace == 0)
        {
            return new double[n];
        }

        for (int i = 0; i < MostSquarings; i++)
        {
            gram /= trace;
            Tensor squared = gram.MatMul(gram);
            (gram, trace) = (squared, Trace(squared));

            // The eigenvalues add up to 1: their squares do as well when there is but one.
            if (!(trace < 1 - 1e-14))
            {
                break;
            }
        }

        double[] values = gram.ToArray<double>();
        int largest = Enumerable.Range(0, n).MaxBy(i => values[(i * n) + i]);
        double[] column = values.AsSpan(largest * n, n).ToArray();
        double norm = Math.Sqrt(column.Sum(static x => x * x));
        return Array.ConvertAll(column, x => x / norm);
    }

    private static double Trace(Tensor square)
    {
        ReadOnlySpan<double> values = square.AsSpan<double>();
        double trace = 0;
        for (int i = 0; i < values.Length; i += square.Shape[0] + 1)
        {
            trace += values[i];
        }

        return trace;
    }
}
