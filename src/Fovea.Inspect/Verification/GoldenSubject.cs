namespace Fovea.Inspect;

/// <summary>What a golden case runs.</summary>
/// <param name="Mechanism">The key of the mechanism.</param>
/// <param name="Case">The name of the case.</param>
/// <param name="Module">The mechanism with the case's state, in its mode.</param>
/// <param name="Inputs">What it is run on.</param>
/// <param name="Output">What the reference gave.</param>
/// <param name="Tolerance">How far apart the two may be, as <see cref="GoldenError"/> measures it.</param>
public sealed record GoldenSubject(string Mechanism, string Case, Module Module, IReadOnlyList<Tensor> Inputs, Tensor Output, double Tolerance)
{
    /// <summary>Whether an output is that of the reference.</summary>
    public bool IsReached(Tensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.Shape == Output.Shape
            && GoldenError.Of(output.To(DType.Float32).AsSpan<float>(), Output.To(DType.Float32).AsSpan<float>(), Tolerance) <= Tolerance;
    }
}
