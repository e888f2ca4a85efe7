using Fovea.Simd.Optim;

namespace Fovea.Io;

/// <summary>Whether weights are numbers that a model can compute with.</summary>
public static class FiniteWeights
{
    private const int Shown = 5;

    /// <summary>Whether every number of a tensor is finite. Whole numbers are.</summary>
    public static bool IsFinite(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.DType switch
        {
            DType.Float32 => ParameterMath.AllFinite<float>(tensor.AsSpan<float>()),
            DType.Float64 => ParameterMath.AllFinite<double>(tensor.AsSpan<double>()),
            DType.Float16 or DType.BFloat16 => IsFinite(tensor.To(DType.Float32)),
            _ => true,
        };
    }

    /// <summary>Says in words which tensors hold NaN or infinity; null when none does.</summary>
    public static string? Complaint(IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        string[] bad = [.. tensors.Where(t => !IsFinite(t.Value)).Select(t => t.Key)];
        return bad.Length == 0
            ? null
            : $"{bad.Length} of {tensors.Count} tensors hold NaN or infinity: {string.Join(", ", bad.Take(Shown))}{(bad.Length > Shown ? $" and {bad.Length - Shown} more" : string.Empty)}";
    }

    /// <summary>Refuses weights that are not finite.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="tensors">What it holds.</param>
    /// <exception cref="DataFormatException">A tensor holds NaN or infinity.</exception>
    public static void Check(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (Complaint(tensors) is { } complaint)
        {
            throw new DataFormatException($"{path}: {complaint}. Nothing can be computed with them; take an earlier checkpoint.");
        }
    }
}
