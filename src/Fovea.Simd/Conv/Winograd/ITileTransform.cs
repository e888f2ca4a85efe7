using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// Takes a tile of numbers and those around it to the patch at which it is multiplied. Lanes are channels, so that all of it is sums of
/// registers.
/// </summary>
internal unsafe interface IPatchTransform<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Outputs down and across a tile, m.</summary>
    static abstract int Outputs { get; }

    /// <summary>Numbers of a patch, (m + 2)².</summary>
    static abstract int Patch { get; }

    /// <summary>By how much the patch is larger than the tile: 2, or 0 where tiles of a gradient are transformed.</summary>
    static abstract int Reach { get; }

    /// <summary>Registers of working memory that the transforms take.</summary>
    static abstract int Work { get; }

    /// <summary>The transform, <c>Bᵀ d B</c> of an input.</summary>
    /// <param name="d">The patch's first number.</param>
    /// <param name="row">Numbers from one row of the patch to the next.</param>
    /// <param name="column">Numbers from one column to the next.</param>
    /// <param name="to">Target of element 0.</param>
    /// <param name="stride">Numbers from one element's target to the next.</param>
    /// <param name="work">Room for <see cref="Work"/> registers.</param>
    static abstract void Input(T* d, nint row, nint column, T* to, nint stride, T* work);
}

/// <summary>
/// The transforms of one of Winograd's algorithms F(m×m, 3×3), <c>Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A</c>: m × m outputs of a 3 × 3 kernel
/// from a patch of (m + 2)² inputs with as many multiplications.
/// </summary>
/// <remarks>Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016.</remarks>
internal unsafe interface ITileTransform<V, T> : IPatchTransform<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary><c>Aᵀ m A</c>.</summary>
    /// <param name="m">Element 0 of the products.</param>
    /// <param name="stride">Numbers from one element to the next.</param>
    /// <param name="to">Target of the tile's first output.</param>
    /// <param name="row">Numbers from one row of outputs to the next.</param>
    /// <param name="column">Numbers from one column of outputs to the next.</param>
    /// <param name="work">Room for <see cref="IPatchTransform{V, T}.Work"/> registers.</param>
    static abstract void Output(T* m, nint stride, T* to, nint row, nint column, T* work);

    /// <summary><c>G g Gᵀ</c>.</summary>
    /// <param name="g">The kernels, one register per tap.</param>
    /// <param name="order">Which register holds each tap of the grid, row by row.</param>
    /// <param name="to">Target of element 0.</param>
    /// <param name="stride">Numbers from one element's target to the next.</param>
    /// <param name="work">Room for <see cref="IPatchTransform{V, T}.Work"/> registers.</param>
    static abstract void Weights(T* g, int* order, T* to, nint stride, T* work);
}
