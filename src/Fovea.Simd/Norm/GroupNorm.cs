using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Norm;

/// <summary>
/// Group normalisation (Wu and He 2018) of x [N, C, inner]: the C channels form G groups, each normalised over its C/G·inner numbers;
/// γ and β belong to channels.
/// </summary>
public static unsafe class GroupNorm
{
    /// <summary><c>y = γ[c]·(x − μ[n, g])/√(σ²[n, g] + eps) + β[c]</c> with the group's mean μ and biased variance σ².</summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="groups">Groups G, a divisor of C.</param>
    /// <param name="inner">Positions, H·W.</param>
    /// <param name="x">[N, C, inner].</param>
    /// <param name="gamma">γ [C]; empty for 1.</param>
    /// <param name="beta">β [C]; empty for 0.</param>
    /// <param name="eps">Added to the variance; PyTorch's default is 1e-5.</param>
    /// <param name="y">[N, C, inner]; may be x itself.</param>
    /// <param name="mean">μ [N, G], written.</param>
    /// <param name="invStd">1/√(σ² + eps) [N, G], written.</param>
    public static void Forward<T>(
        int n,
        int c,
        int groups,
        int inner,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> beta,
        T eps,
        Span<T> y,
        Span<T> mean,
        Span<T> invStd)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "groupNorm";
        Lengths(Name, n, c, groups, inner, x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "gamma", c, gamma.Length);
        Guard.LengthOrEmpty(Name, "beta", c, beta.Length);
        Guard.Length(Name, "mean", (long)n * groups, mean.Length);
        Guard.Length(Name, "invStd", (long)n * groups, invStd.Length);
        fixed (T* xAt = x, gammaAt = gamma, betaAt = beta, yAt = y, meanAt = mean, invStdAt = invStd)
        {
            var body = new GroupNormForward<T>(c / groups, groups, inner, xAt, gammaAt, betaAt, double.CreateTruncating(eps), yAt, meanAt, invStdAt);
            VectorLoop.For<GroupNormForward<T>, T>(ref body, n * groups, VectorLoop.Grain((long)c / groups * inner));
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>. With x̂ = (x − μ)·invStd, g = γ·dy and means over the group:
    /// <c>dx = invStd·(g − mean(g) − x̂·mean(g·x̂))</c>, <c>dγ[c] = Σ dy·x̂</c>, <c>dβ[c] = Σ dy</c>.
    /// </summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="groups">Groups G, a divisor of C.</param>
    /// <param name="inner">Positions, H·W.</param>
    /// <param name="x">[N, C, inner], as it was in the forward pass.</param>
    /// <param name="dy">[N, C, inner].</param>
    /// <param name="gamma">γ [C]; empty for 1.</param>
    /// <param name="mean">μ [N, G].</param>
    /// <param name="invStd">1/√(σ² + eps) [N, G].</param>
    /// <param name="dx">[N, C, inner], written; may be dy itself.</param>
    /// <param name="dgamma">[C], written; empty if not wanted.</param>
    /// <param name="dbeta">[C], written; empty if not wanted.</param>
    public static void Backward<T>(
        int n,
        int c,
        int groups,
        int inner,
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
        const string Name = "groupNormBackward";
        Lengths(Name, n, c, groups, inner, x.Length, dx.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.LengthOrEmpty(Name, "gamma", c, gamma.Length);
        Guard.Length(Name, "mean", (long)n * groups, mean.Length);
        Guard.Length(Name, "invStd", (long)n * groups, invStd.Length);
        Guard.LengthOrEmpty(Name, "dgamma", c, dgamma.Length);
        Guard.LengthOrEmpty(Name, "dbeta", c, dbeta.Length);
        AlignedBlock scratch = BlockPool.Rent(2L * n * c * sizeof(double));
        Span<double> sums = scratch.AsSpan<double>(2 * n * c);
        fixed (double* sumsAt = sums)
        fixed (T* xAt = x, dyAt = dy, gammaAt = gamma, meanAt = mean, invStdAt = invStd, dxAt = dx)
        {
            var body = new GroupNormBackward<T>
            {
                PerGroup = c / groups,
                Groups = groups,
                Inner = inner,
                X = xAt,
                Dy = dyAt,
                Gamma = gammaAt,
                Mean = meanAt,
                InvStd = invStdAt,
                Dx = dxAt,
                Sums = sumsAt,
                Dots = sumsAt + ((nint)n * c),
            };
            VectorLoop.For<GroupNormBackward<T>, T>(ref body, n * groups, VectorLoop.Grain((long)c / groups * inner));
        }

        Over(n, c, sums[(n * c)..], dgamma);
        Over(n, c, sums[..(n * c)], dbeta);
        BlockPool.Return(scratch);
    }

    private static void Over<T>(int n, int c, ReadOnlySpan<double> sums, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int channel = 0; channel < to.Length; channel++)
        {
            double sum = 0;
            for (int i = 0; i < n; i++)
            {
                sum += sums[(i * c) + channel];
            }

            to[channel] = T.CreateTruncating(sum);
        }
    }

    private static void Lengths(string name, int n, int c, int groups, int inner, int x, int y)
    {
        if (n < 0 || c < 1 || inner < 1 || groups < 1 || c % groups != 0)
        {
            Guard.Fail(name, $"expected channels that divide by the groups and at least one position, got [{n}, {c}, {inner}] in {groups} groups");
        }

        Guard.Length(name, "x [N, C, inner]", (long)n * c * inner, x);
        Guard.Length(name, "y [N, C, inner]", x, y);
    }
}
