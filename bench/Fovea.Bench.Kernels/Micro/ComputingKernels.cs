using Fovea.Simd.Attention;
using Fovea.Simd.Conv;
using Fovea.Simd.Gemm;

namespace Fovea.Bench.Kernels.Micro;

/// <summary>Products of matrices, square and as networks have them.</summary>
public class MatrixProduct : KernelBenchmark
{
    private static readonly (int M, int N, int K)[] s_sizes =
        [(1024, 1024, 1024), (256, 256, 256), (64, 64, 64), (197, 768, 768), (1, 1000, 2048)];

    /// <inheritdoc/>
    protected override IEnumerable<Case> Sizes =>
        s_sizes.Select(s => Case.Computing($"{s.M}x{s.N}x{s.K}", (double)s.M * s.N * s.K, () => Prepare(s.M, s.N, s.K)));

    private static Action Prepare(int m, int n, int k)
    {
        float[] a = Case.Random(m * k), b = Case.Random(k * n), c = new float[m * n];
        return () => MatrixMultiply.Run<float>(false, false, m, n, k, 1f, a, k, b, n, 0f, c, n);
    }
}

/// <summary>ResNet-50's convolutions of stride 1 with packed weights.</summary>
public class PackedConvolution : KernelBenchmark
{
    /// <inheritdoc/>
    protected override IEnumerable<Case> Sizes => Layer.ResNet50(1)
        .Where(l => l.Shape.StrideHeight == 1)
        .Select(l => Case.Computing(l.Name, l.Shape.MultiplyAdds, () => Prepare(l.Shape)));

    private static Action Prepare(ConvShape s)
    {
        float[] x = Case.Random(s.Batch * s.InChannels * s.Height * s.Width);
        float[] y = new float[s.Batch * s.OutChannels * s.OutHeight * s.OutWidth];
        var weights = new PackedWeights<float>(s, Case.Random(s.OutChannels * s.InChannels / s.Groups * s.KernelHeight * s.KernelWidth), default);
        return () => Convolution.Forward(s, x, weights, [], [], false, y);
    }
}

/// <summary>Attention without its matrix of weights.</summary>
public class TiledAttention : KernelBenchmark
{
    /// <inheritdoc/>
    protected override IEnumerable<Case> Sizes =>
    [
        Of("ViT-B/16, 12 heads", new AttentionShape(1, 12, 197, 197, 64, 64, 0.125)),
        Of("positions of 64x64", new AttentionShape(1, 1, 4096, 4096, 64, 512, 0.125)),
    ];

    private static Case Of(string name, AttentionShape shape) => Case.Computing(name, shape.MultiplyAdds, () => Prepare(shape));

    private static Action Prepare(AttentionShape s)
    {
        AttentionPlace q = AttentionPlace.Heads(s.Heads, s.Queries, s.Depth), k = AttentionPlace.Heads(s.Heads, s.Keys, s.Depth);
        AttentionPlace v = AttentionPlace.Heads(s.Heads, s.Keys, s.ValueDepth), to = AttentionPlace.Heads(s.Heads, s.Queries, s.ValueDepth);
        float[] qs = Case.Random(s.Pairs * s.Queries * s.Depth), ks = Case.Random(s.Pairs * s.Keys * s.Depth), vs = Case.Random(s.Pairs * s.Keys * s.ValueDepth);
        float[] y = new float[s.Pairs * s.Queries * s.ValueDepth];
        return () => ScaledDotProductAttention.Forward<float>(s, qs, q, ks, k, vs, v, default, y, to, [], []);
    }
}
