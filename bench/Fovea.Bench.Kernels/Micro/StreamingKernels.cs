using Fovea.Attention;
using Fovea.Simd.Norm;
using Fovea.Simd.Softmaxes;

namespace Fovea.Bench.Kernels.Micro;

/// <summary>Compiled gates: x is read and y written.</summary>
public class Gate : KernelBenchmark
{
    private static readonly Shape s_shape = [8, 256, 56, 56];

    /// <inheritdoc/>
    protected override IEnumerable<Case> Sizes =>
        new[] { "se", "eca", "cbam", "spatial", "coordinate", "global_context", "scse", "simam", "sge", "shuffle" }
            .Select(key => Case.Streaming(key, 2.0 * s_shape.Elements, () => Prepare(key)));

    private static Action Prepare(string key)
    {
        using IDisposable still = GradMode.NoGrad();
        Module module = Catalog.Find(key).CreateFor(new SlotShape(s_shape[1], s_shape[2], s_shape[3])).Eval();
        CompiledModel compiled = module.Compile(s_shape);
        Tensor x = Tensor.From(Case.Random(s_shape.Elements), s_shape), y = Tensor.Zeros(s_shape);
        return () => compiled.Run(x, y);
    }
}

/// <summary>Softmax over rows and over columns.</summary>
public class SoftmaxKernel : KernelBenchmark
{
    /// <inheritdoc/>
    protected override IEnumerable<Case> Sizes =>
    [
        Of("2364 rows of 197", 2364, 197, 1),
        Of("128 rows of 1000", 128, 1000, 1),
        Of("8 x 256 channels x 3136", 8, 256, 3136),
    ];

    private static Case Of(string name, int outer, int axis, int inner) => Case.Streaming(name, 2.0 * outer * axis * inner, () =>
    {
        float[] x = Case.Random(outer * axis * inner), y = new float[x.Length];
        return () => Softmax.Forward<float>(outer, axis, inner, x, y);
    });
}

/// <summary>Layer norm of rows.</summary>
public class LayerNormKernel : KernelBenchmark
{
    /// <inheritdoc/>
    protected override IEnumerable<Case> Sizes => [Of(197, 768), Of(1576, 768), Of(25088, 64)];

    private static Case Of(int rows, int d) => Case.Streaming($"{rows} rows of {d}", 2.0 * rows * d, () =>
    {
        float[] x = Case.Random(rows * d), gamma = Case.Random(d), beta = Case.Random(d + 1)[..d], y = new float[x.Length];
        float[] mean = new float[rows], invStd = new float[rows];
        return () => LayerNorm.Forward(rows, d, x, gamma, beta, 1e-5f, y, mean, invStd);
    });
}
