using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Norm;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton 2016) of rows: the last D numbers of a tensor, each with its own γ and β.
/// </summary>
public static unsafe class LayerNorm
{
    /// <summary><c>y[r, i] = γ[i]·(x[r, i] − μ[r])/√(σ²[r] + eps) + β[i]</c> with the row's mean μ and biased variance σ².</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="d">Length D of a row, at least 1.</param>
    /// <param name="x">[rows, D].</param>
    /// <param name="gamma">γ [D]; empty for 1.</param>
    /// <param name="beta">β [D]; empty for 0.</param>
    /// <param name="eps">Added to the variance; PyTorch's default is 1e-5.</param>
    /// <param name="y">[rows, D]; may be x itself.</param>
    /// <param name="mean">μ [rows], written.</param>
    /// <param name="invStd">1/√(σ² + eps) [rows], written.</param>
    public static void Forward<T>(
        int rows, int d, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, T eps, Span<T> y, Span<T> mean, Span<T> invStd)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "layerNorm";
        Lengths(Name, rows, d, x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "gamma", d, gamma.Length);
        Guard.LengthOrEmpty(Name, "beta", d, beta.Length);
        Guard.Length(Name, "mean", rows, mean.Length);
        Guard.Length(Name, "invStd", rows, invStd.Length);
        fixed (T* xAt = x, gammaAt = gamma, betaAt = beta, yAt = y, meanAt = mean, invStdAt = invStd)
        {
            var body = new LayerNormForward<T>(d, xAt, gammaAt, betaAt, double.CreateTruncating(eps), yAt, meanAt, invStdAt);
            VectorLoop.For<LayerNormForward<T>, T>(ref body, rows, VectorLoop.Grain(d));
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>. With x̂ = (x − μ)·invStd and g = γ·dy:
    /// <c>dx = invStd·(g − mean(g) − x̂·mean(g·x̂))</c>, <c>dγ = Σ_rows dy·x̂</c>, <c>dβ = Σ_rows dy</c>.
    /// </summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="d">Length D of a row.</param>
    /// <param name="x">[rows, D], as it was in the forward pass.</param>
    /// <param name="dy">[rows, D].</param>
    /// <param name="gamma">γ [D]; empty for 1.</param>
    /// <param name="mean">μ [rows].</param>
    /// <param name="invStd">1/√(σ² + eps) [rows].</param>
    /// <param name="dx">[rows, D], written; may be dy itself.</param>
    /// <param name="dgamma">[D], written; empty if not wanted (then dbeta is empty too).</param>
    /// <param name="dbeta">[D], written; empty if not wanted.</param>
    public static void Backward<T>(
        int rows,
        int d,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> mean,
        ReadOnlySpan<T> invStd,
        Span<T> dx,
        Span<T> dgamma,
        Span<T> dbeta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "layerNormBackward";
        Lengths(Name, rows, d, x.Length, dx.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.LengthOrEmpty(Name, "gamma", d, gamma.Length);
        Guard.Length(Name, "mean", rows, mean.Length);
        Guard.Length(Name, "invStd", rows, invStd.Length);
        Guard.LengthOrEmpty(Name, "dgamma", d, dgamma.Length);
        Guard.Length(Name, "dbeta", dgamma.Length, dbeta.Length);

        // Rows are cut into slices of fixed length; each sums its own dγ and dβ, and the slices' sums are added afterwards.
        int sliceRows = LayerNormBackward<T>.SliceRows(d);
        int slices = dgamma.IsEmpty ? 0 : (rows + sliceRows - 1) / sliceRows;
        AlignedBlock? scratch = slices == 0 ? null : BlockPool.Rent(2L * slices * d * sizeof(T));
        Span<T> partial = scratch is null ? default : scratch.AsSpan<T>(2 * slices * d);
        fixed (T* xAt = x, dyAt = dy, gammaAt = gamma, meanAt = mean, invStdAt = invStd, dxAt = dx, partialAt = partial)
        {
            var body = new LayerNormBackward<T>
            {
                Rows = rows,
                D = d,
                X = xAt,
                Dy = dyAt,
                Gamma = gammaAt,
                Mean = meanAt,
                InvStd = invStdAt,
                Dx = dxAt,
                Dgamma = slices == 0 ? null : partialAt,
                Dbeta = slices == 0 ? null : partialAt + ((nint)slices * d),
            };
            VectorLoop.For<LayerNormBackward<T>, T>(ref body, (rows + sliceRows - 1) / sliceRows);
        }

        if (scratch is not null)
        {
            Reduction.Sum(1, slices, d, partial[..(slices * d)], dgamma);
            Reduction.Sum(1, slices, d, partial[(slices * d)..], dbeta);
            BlockPool.Return(scratch);
        }
        else
        {
            dgamma.Clear();
            dbeta.Clear();
        }
    }

    private static void Lengths(string name, int rows, int d, int x, int y)
    {
        if (rows < 0 || d < 1)
        {
            Guard.Fail(name, $"expected rows of at least 1 number, got [{rows}, {d}]");
        }

        Guard.Length(name, "x [rows, D]", (long)rows * d, x);
        Guard.Length(name, "y [rows, D]", x, y);
    }
}
