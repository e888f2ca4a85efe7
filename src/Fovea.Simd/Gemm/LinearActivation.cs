namespace Fovea.Simd.Gemm;

/// <summary>A function that a linear map applies to its results before they leave the cache.</summary>
public enum LinearActivation
{
    /// <summary>The results as they are.</summary>
    None,

    /// <summary><c>max(x, 0)</c>; NaN stays NaN.</summary>
    Relu,

    /// <summary><c>x · Φ(x)</c>, the exact form.</summary>
    Gelu,

    /// <summary>GELU's approximation by a hyperbolic tangent.</summary>
    GeluTanh,

    /// <summary><c>x · σ(x)</c>.</summary>
    Silu,

    /// <summary><c>1 / (1 + e^−x)</c>.</summary>
    Sigmoid,
}

/// <summary>What a linear map does with its results: <c>y = activation(sum + bias) + residual</c>, each part optional.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly ref struct LinearEpilogue<T>
    where T : unmanaged
{
    /// <summary>[outs], or empty for none.</summary>
    public ReadOnlySpan<T> Bias { get; init; }

    /// <summary>The function (default: none).</summary>
    public LinearActivation Activation { get; init; }

    /// <summary>[rows, outs], apart from the output, or empty for none.</summary>
    public ReadOnlySpan<T> Residual { get; init; }
}
