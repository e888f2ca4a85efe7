using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Norm;

/// <summary>
/// Batch normalisation of x [N, C, inner] (Ioffe and Szegedy 2015), with the residual sum and the ReLU that follow it in residual
/// networks done in the same pass.
/// </summary>
/// <remarks>
/// A channel is one piece of work: its statistics and its outputs are computed while it is in the cache, so memory is read once and
/// written once. Sums do not depend on the number of threads.
/// </remarks>
public static unsafe class BatchNorm
{
    /// <summary>
    /// Training: <c>y = relu(γ·(x − μ)/√(σ² + eps) + β + residual)</c> with each channel's mean μ and biased variance σ² over N·inner
    /// numbers.
    /// </summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="inner">Positions, H·W.</param>
    /// <param name="x">[N, C, inner].</param>
    /// <param name="gamma">γ [C]; empty for 1.</param>
    /// <param name="beta">β [C]; empty for 0.</param>
    /// <param name="residual">Added before the ReLU, [N, C, inner]; empty for none.</param>
    /// <param name="relu">Whether the ReLU is applied.</param>
    /// <param name="eps">Added to the variance; PyTorch's default is 1e-5.</param>
    /// <param name="y">[N, C, inner]; may be the residual or x itself.</param>
    /// <param name="mean">μ [C], written.</param>
    /// <param name="invStd">1/√(σ² + eps) [C], written.</param>
    /// <param name="variance">Biased σ² [C], written, for running statistics; empty if not wanted.</param>
    public static void Forward<T>(
        int n,
        int c,
        int inner,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> beta,
        ReadOnlySpan<T> residual,
        bool relu,
        T eps,
        Span<T> y,
        Span<T> mean,
        Span<T> invStd,
        Span<T> variance = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "batchNorm";
        Lengths(Name, n, c, inner, x.Length, residual.Length, y.Length);
        Guard.LengthOrEmpty(Name, "gamma", c, gamma.Length);
        Guard.LengthOrEmpty(Name, "beta", c, beta.Length);
        Guard.Length(Name, "mean", c, mean.Length);
        Guard.Length(Name, "invStd", c, invStd.Length);
        Guard.LengthOrEmpty(Name, "variance", c, variance.Length);
        if ((long)n * inner == 0 && c > 0)
        {
            Guard.Fail(Name, $"expected at least one number per channel, got [{n}, {c}, {inner}]; statistics of nothing do not exist");
        }

        fixed (T* xAt = x, gammaAt = gamma, betaAt = beta, residualAt = residual, yAt = y, meanAt = mean, invStdAt = invStd, varianceAt = variance)
        {
            var body = new BatchNormForward<T>
            {
                N = n,
                C = c,
                Inner = inner,
                X = xAt,
                Gamma = gammaAt,
                Beta = betaAt,
                Residual = residualAt,
                Y = yAt,
                Mean = meanAt,
                InvStd = invStdAt,
                Variance = varianceAt,
                Eps = double.CreateTruncating(eps),
                Relu = relu,
            };
            LaneLoop.For<BatchNormForward<T>, T>(ref body, c, LaneLoop.Grain((long)n * inner));
        }
    }

    /// <summary>Evaluation: <c>y = relu(scale·x + shift + residual)</c> with one scale and shift per channel.</summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="inner">Positions, H·W.</param>
    /// <param name="x">[N, C, inner].</param>
    /// <param name="scale">γ/√(running variance + eps) [C].</param>
    /// <param name="shift">β − scale · running mean [C].</param>
    /// <param name="residual">Added before the ReLU, [N, C, inner]; empty for none.</param>
    /// <param name="relu">Whether the ReLU is applied.</param>
    /// <param name="y">[N, C, inner]; may be the residual or x itself.</param>
    public static void Inference<T>(
        int n,
        int c,
        int inner,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> scale,
        ReadOnlySpan<T> shift,
        ReadOnlySpan<T> residual,
        bool relu,
        Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "batchNorm";
        Lengths(Name, n, c, inner, x.Length, residual.Length, y.Length);
        Guard.Length(Name, "scale", c, scale.Length);
        Guard.Length(Name, "shift", c, shift.Length);
        fixed (T* xAt = x, scaleAt = scale, shiftAt = shift, residualAt = residual, yAt = y)
        {
            var body = new BatchNormInference<T>(n, c, inner, xAt, scaleAt, shiftAt, residualAt, relu, yAt);
            LaneLoop.For<BatchNormInference<T>, T>(ref body, body.Pieces, body.Grain);
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>. With g = dy (where y > 0, if the ReLU was fused), x̂ = (x − μ)·invStd and M = N·inner:
    /// <c>dβ = Σ g</c>, <c>dγ = Σ g·x̂</c>, <c>dx = γ·invStd·(g − dβ/M − x̂·dγ/M)</c>, <c>dresidual = g</c>.
    /// </summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="inner">Positions, H·W.</param>
    /// <param name="x">[N, C, inner], as it was in the forward pass.</param>
    /// <param name="y">The forward pass's output, needed when the ReLU was fused, else empty.</param>
    /// <param name="dy">[N, C, inner].</param>
    /// <param name="gamma">γ [C]; empty for 1.</param>
    /// <param name="mean">μ [C].</param>
    /// <param name="invStd">1/√(σ² + eps) [C].</param>
    /// <param name="relu">Whether the ReLU was fused.</param>
    /// <param name="dx">[N, C, inner], written; may be dy itself.</param>
    /// <param name="dresidual">[N, C, inner], written; empty for none; may be dy itself if dx is not.</param>
    /// <param name="dgamma">[C], written; empty if not wanted.</param>
    /// <param name="dbeta">[C], written; empty if not wanted.</param>
    public static void Backward<T>(
        int n,
        int c,
        int inner,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> y,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> mean,
        ReadOnlySpan<T> invStd,
        bool relu,
        Span<T> dx,
        Span<T> dresidual,
        Span<T> dgamma,
        Span<T> dbeta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "batchNormBackward";
        Lengths(Name, n, c, inner, x.Length, dresidual.Length, dx.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.Length(Name, "y", relu ? x.Length : y.Length, y.Length);
        Guard.LengthOrEmpty(Name, "gamma", c, gamma.Length);
        Guard.Length(Name, "mean", c, mean.Length);
        Guard.Length(Name, "invStd", c, invStd.Length);
        Guard.LengthOrEmpty(Name, "dgamma", c, dgamma.Length);
        Guard.LengthOrEmpty(Name, "dbeta", c, dbeta.Length);
        fixed (T* xAt = x, yAt = y, dyAt = dy, gammaAt = gamma, meanAt = mean, invStdAt = invStd)
        fixed (T* dxAt = dx, dresidualAt = dresidual, dgammaAt = dgamma, dbetaAt = dbeta)
        {
            var body = new BatchNormBackward<T>
            {
                N = n,
                C = c,
                Inner = inner,
                X = xAt,
                Y = relu ? yAt : null,
                Dy = dyAt,
                Gamma = gammaAt,
                Mean = meanAt,
                InvStd = invStdAt,
                Dx = dxAt,
                Dresidual = dresidualAt,
                Dgamma = dgammaAt,
                Dbeta = dbetaAt,
            };
            LaneLoop.For<BatchNormBackward<T>, T>(ref body, c, LaneLoop.Grain((long)n * inner));
        }
    }

    private static void Lengths(string name, int n, int c, int inner, int x, int residual, int y)
    {
        if (n < 0 || c < 0 || inner < 0)
        {
            Guard.Fail(name, $"expected sizes of at least 0, got [{n}, {c}, {inner}]");
        }

        Guard.Length(name, "x [N, C, inner]", (long)n * c * inner, x);
        Guard.LengthOrEmpty(name, "residual [N, C, inner]", x, residual);
        Guard.Length(name, "y [N, C, inner]", x, y);
    }
}
