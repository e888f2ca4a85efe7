using System.Numerics;

namespace Fovea;

/// <summary>
/// First values of parameters. Layers draw theirs when they are built; <see cref="Draw(Module, Generator)"/> draws a whole model anew,
/// each part from a generator forked by its name, so that the result depends on the seed and the names alone.
/// </summary>
public static class Initialization
{
    private static readonly AsyncLocal<bool> s_deferred = new();
    private static readonly Lock s_gate = new();
    private static readonly Generator s_seeds = new(0);

    /// <summary>Whether layers that are built now leave their parameters undefined.</summary>
    public static bool IsDeferred => s_deferred.Value;

    /// <summary>
    /// Until the returned value is disposed, layers leave their parameters undefined when built: for models whose weights are loaded or
    /// drawn right afterwards, which then start in a fraction of the time.
    /// </summary>
    public static IDisposable Defer() => new Deferral(true);

    /// <summary>Says for a while whether layers that are built leave their parameters undefined, whatever was said before.</summary>
    internal static IDisposable DeferWhen(bool deferred) => new Deferral(deferred);

    /// <summary>Draws the parameters of a module and all below it anew: children first, so that a parent has the last word.</summary>
    public static void Draw(Module module, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(generator);
        foreach ((string name, Module part) in module.NamedModules().Reverse())
        {
            part.Reset(generator.Fork(name));
        }
    }

    /// <summary>
    /// Uniform in ±1/√fanIn: what PyTorch's Linear and Conv layers start from (Kaiming's uniform with a = √5), for weights and biases.
    /// </summary>
    public static void FanInUniform(Tensor value, int fanIn, Generator generator)
    {
        double bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
        Fill(value, generator, bound, normal: false);
    }

    /// <summary>Normal with deviation √(2 / fanOut): Kaiming's for ReLU networks (He et al. 2015), as ResNet starts its convolutions.</summary>
    public static void KaimingNormal(Tensor value, int fanOut, Generator generator) =>
        Fill(value, generator, Math.Sqrt(2.0 / Math.Max(1, fanOut)), normal: true);

    /// <summary>Uniform in ±√(3 / fanIn), of variance 1 / fanIn: Kaiming's for layers without a ReLU behind them.</summary>
    public static void KaimingUniform(Tensor value, int fanIn, Generator generator) =>
        Fill(value, generator, Math.Sqrt(3.0 / Math.Max(1, fanIn)), normal: false);

    /// <summary>Normal around 0.</summary>
    public static void Normal(Tensor value, double deviation, Generator generator) => Fill(value, generator, deviation, normal: true);

    /// <summary>Uniform in ±√(6 / (fanIn + fanOut)): Xavier's (Glorot and Bengio 2010).</summary>
    public static void XavierUniform(Tensor value, int fanIn, int fanOut, Generator generator) =>
        Fill(value, generator, Math.Sqrt(6.0 / Math.Max(1, fanIn + fanOut)), normal: false);

    /// <summary>Normal around 0, cut at two deviations: what ViT starts from, with 0.02.</summary>
    public static void TruncatedNormal(Tensor value, double deviation, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Span<float> values = value.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            double draw;
            do
            {
                draw = generator.NextNormal();
            }
            while (Math.Abs(draw) > 2);
            values[i] = (float)(draw * deviation);
        }
    }

    /// <summary>A generator for a layer that is built by itself, or null while deferred. Each call gives another.</summary>
    internal static Generator? Next()
    {
        if (IsDeferred)
        {
            return null;
        }

        lock (s_gate)
        {
            return new Generator(s_seeds.NextUInt64());
        }
    }

    private static void Fill(Tensor value, Generator generator, double scale, bool normal)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(generator);
        if (value.DType == DType.Float32)
        {
            Fill(value.AsSpan<float>(), generator, scale, normal);
        }
        else
        {
            Fill(value.AsSpan<double>(), generator, scale, normal);
        }
    }

    private static void Fill<T>(Span<T> values, Generator generator, double scale, bool normal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (normal)
        {
            generator.FillNormal(values, 0, scale);
        }
        else
        {
            generator.FillUniform(values, -scale, scale);
        }
    }

    private sealed class Deferral : IDisposable
    {
        private readonly bool _before = s_deferred.Value;

        public Deferral(bool deferred) => s_deferred.Value = deferred;

        public void Dispose() => s_deferred.Value = _before;
    }
}
