using Fovea.Bench.Kernels.Micro;
using Fovea.Simd.Conv;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;

namespace Fovea.Bench.Kernels;

/// <summary>
/// How near matrix products and a convolution come to what multiply-adds in registers reach on this machine, for the registers in use: the products of a
/// ViT-B's layers and of a square, and a 3 × 3 convolution of ResNet-50. With DOTNET_EnableAVX512=0 it is the 256-bit kernels that are measured.
/// </summary>
internal static class PeakShares
{
    private static readonly (int M, int N, int K)[] s_products = [(768, 768, 3072), (768, 3072, 768), (394, 3072, 768), (197, 768, 768), (768, 768, 768)];

    /// <summary>Prints GFLOP/s and the share of the peak, which is measured anew before each line.</summary>
    /// <param name="best">The shortest time of an action over many runs, in seconds.</param>
    public static void Run(Func<Action, double> best)
    {
        Console.WriteLine($"{"GFLOP/s, share of the peak",-30} {"a as it lies",18} {"a transposed",18} {"b packed before",18} {"peak",9}");
        foreach ((int m, int n, int k) in s_products)
        {
            float[] a = Case.Random(m * k), b = Case.Random(k * n), c = new float[m * n];
            using var packed = new PackedLinear<float>(n, k, b);
            Print($"{m}x{n}x{k}", (double)m * n * k, best,
                () => MatrixMultiply.Run<float>(false, false, m, n, k, 1, a, k, b, n, 0, c, n),
                () => MatrixMultiply.Run<float>(true, false, m, n, k, 1, a, m, b, n, 0, c, n),
                () => LinearMap.Run<float>(m, a, packed, default, c));
        }

        ConvShape shape = Layer.ResNet50(1).First(l => l.Name == "3x3 256-256 14").Shape;
        float[] x = Case.Random(shape.InChannels * shape.Height * shape.Width), y = new float[shape.OutChannels * shape.OutHeight * shape.OutWidth];
        using var weights = new PackedWeights<float>(shape, Case.Random(shape.OutChannels * shape.InChannels * 9), default, ConvAlgorithm.Direct);
        Print("3x3 256-256 14, direct", shape.MultiplyAdds, best, () => Convolution.Forward(shape, x, weights, [], [], false, y));
    }

    private static void Print(string name, double multiplyAdds, Func<Action, double> best, params Action[] ways)
    {
        double peak = MachinePeak.FlopsPerSecond() / 1e9;
        IEnumerable<string> shares = ways.Select(w => 2e-9 * multiplyAdds / best(w)).Select(f => $"{f,9:F1} {f / peak,8:P0}");
        Console.WriteLine($"{name,-30} {string.Join(' ', shares)} {peak,9:F1}");
    }
}
