using Fovea.Io;
using Fovea.Simd.Optim;

namespace Fovea.Training;

/// <summary>Sizes of tensors, whatever their floating-point type.</summary>
internal static class TensorNorms
{
    /// <summary>The sum of the squares of a tensor's numbers; not finite when one of them is not, or when a square is beyond its type.</summary>
    public static double SumOfSquares(Tensor tensor) => tensor.DType == DType.Float32
        ? ParameterMath.SquaredNorm<float>(tensor.AsSpan<float>())
        : ParameterMath.SquaredNorm<double>(tensor.AsSpan<double>());

    /// <summary>Whether every number of a tensor is finite. Whole numbers are.</summary>
    public static bool IsFinite(Tensor tensor) => FiniteWeights.IsFinite(tensor);
}
