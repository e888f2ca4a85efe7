using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Norm;

/// <summary>
/// Batch normalisation of x [N, C, inner] (Ioffe and Szegedy 2015), with the residual sum and the ReLU that follow it in residual
/// networks done in the same pass.
/// </summary>
/// <remarks>
/// Two sweeps in the order of memory, one for the sums and one for the outputs. Sums do not depend on the number of threads.
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

        var segments = new Segments(n, c, inner);
        AlignedBlock scratch = BlockPool.Rent(((long)segments.Slices * c * sizeof(Moments)) + ((long)c * sizeof(T)));
        fixed (byte* memory = scratch.AsSpan<byte>((int)scratch.Bytes))
        fixed (T* xAt = x, betaAt = beta, residualAt = residual, yAt = y, meanAt = mean)
        {
            Moments* moments = (Moments*)memory;
            T* scale = (T*)(moments + ((nint)segments.Slices * c));
            var statistics = new BatchNormMoments<T>(segments, xAt, moments);
            VectorLoop.For<BatchNormMoments<T>, T>(ref statistics, segments.Pieces);
            for (int channel = 0; channel < c; channel++)
            {
                Moments all = moments[channel];
                for (int slice = 1; slice < segments.Slices; slice++)
                {
                    all.Add(moments[(slice * c) + channel]);
                }

                double var = all.Deviations / all.Count;
                mean[channel] = T.CreateTruncating(all.Mean);
                invStd[channel] = T.CreateTruncating(1 / Math.Sqrt(var + double.CreateTruncating(eps)));
                scale[channel] = gamma.IsEmpty ? invStd[channel] : invStd[channel] * gamma[channel];
                if (!variance.IsEmpty)
                {
                    variance[channel] = T.CreateTruncating(var);
                }
            }

            var output = new BatchNormApply<T>(n, c, inner, xAt, meanAt, scale, betaAt, residualAt, relu, yAt);
            VectorLoop.For<BatchNormApply<T>, T>(ref output, output.Pieces, output.Grain);
        }

        BlockPool.Return(scratch);
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
            var body = new BatchNormApply<T>(n, c, inner, xAt, null, scaleAt, shiftAt, residualAt, relu, yAt);
            VectorLoop.For<BatchNormApply<T>, T>(ref body, body.Pieces, body.Grain);
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>. With g = dy + more (where y > 0, if the ReLU was fused), x̂ = (x − μ)·invStd and M = N·inner:
    /// <c>dβ = Σ g</c>, <c>dγ = Σ g·x̂</c>, <c>dx = γ·invStd·(g − dβ/M − x̂·dγ/M)</c>, <c>dresidual = g</c>.
    /// </summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="inner">Positions, H·W.</param>
    /// <param name="x">[N, C, inner], as it was in the forward pass.</param>
    /// <param name="y">
    /// The forward pass's output, when the ReLU was fused; else empty. Without a residual it may be empty too: then the sign of the
    /// output is computed again from x and <paramref name="beta"/>, bit for bit, which reads a quarter less memory.
    /// </param>
    /// <param name="dy">[N, C, inner].</param>
    /// <param name="gamma">γ [C]; empty for 1.</param>
    /// <param name="mean">μ [C].</param>
    /// <param name="invStd">1/√(σ² + eps) [C].</param>
    /// <param name="relu">Whether the ReLU was fused.</param>
    /// <param name="dx">[N, C, inner], written; may be dy or more itself; may be x too, unless more is given and dresidual is not.</param>
    /// <param name="dresidual">[N, C, inner], written; empty for none; may be dy or more itself if dx is not.</param>
    /// <param name="dgamma">[C], written; empty if not wanted.</param>
    /// <param name="dbeta">[C], written; empty if not wanted.</param>
    /// <param name="beta">β [C] of the forward pass; only read when y is empty and the ReLU was fused; empty for 0.</param>
    /// <param name="more">A second part of the output's gradient, added to dy on the fly; [N, C, inner]; empty for none.</param>
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
        Span<T> dbeta,
        ReadOnlySpan<T> beta = default,
        ReadOnlySpan<T> more = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "batchNormBackward";
        Lengths(Name, n, c, inner, x.Length, dresidual.Length, dx.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.LengthOrEmpty(Name, "more", x.Length, more.Length);
        Guard.LengthOrEmpty(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "beta", c, beta.Length);
        if (relu && y.IsEmpty && !dresidual.IsEmpty)
        {
            Guard.Fail(Name, "expected the output y, which the ReLU's gradient needs where a residual was added; pass it");
        }

        Guard.LengthOrEmpty(Name, "gamma", c, gamma.Length);
        Guard.Length(Name, "mean", c, mean.Length);
        Guard.Length(Name, "invStd", c, invStd.Length);
        Guard.LengthOrEmpty(Name, "dgamma", c, dgamma.Length);
        Guard.LengthOrEmpty(Name, "dbeta", c, dbeta.Length);
        var segments = new Segments(n, c, inner);
        long slots = (long)segments.Slices * c;
        AlignedBlock scratch = BlockPool.Rent((2 * slots * sizeof(double)) + (4L * c * sizeof(T)));
        fixed (byte* memory = scratch.AsSpan<byte>((int)scratch.Bytes))
        fixed (T* xAt = x, yAt = y, dyAt = dy, moreAt = more, gammaAt = gamma, meanAt = mean, invStdAt = invStd, betaAt = beta)
        fixed (T* dxAt = dx, dresidualAt = dresidual, dgammaAt = dgamma, dbetaAt = dbeta)
        {
            double* sums = (double*)memory;
            double* dots = sums + slots;
            T* lines = (T*)(dots + slots);

            // The gradient summed and masked is a result where a residual was added; two parts are summed once, into dx for the time being.
            T* masked = dresidual.Length > 0 ? dresidualAt : more.Length > 0 ? dxAt : null;
            if (masked == xAt && masked is not null)
            {
                Guard.Fail(Name, "expected a dx apart from x, which is read again after the two parts of the gradient were summed into dx");
            }

            var totals = new BatchNormTotals<T>(segments, sums, dots, gammaAt, invStdAt, lines, dgammaAt, dbetaAt);
            totals.Scale(0, c);
            var input = new BatchNormInput<T>(relu, xAt, relu ? yAt : null, dyAt, more.IsEmpty ? null : moreAt, meanAt, totals.Scales, betaAt);
            var statistics = new BatchNormSums<T>(segments, input, masked, sums, dots);
            var output = new BatchNormGradient<T>(n, c, inner, masked is null ? input : input.With(masked), lines, dxAt);
            int tensors = 2 + (more.IsEmpty ? 0 : 1) + (relu && !y.IsEmpty ? 1 : 0);
            var groups = new ChannelGroups(n, c, inner, tensors * sizeof(T), sizeof(T));
            if (groups.Pay)
            {
                var both = new BatchNormBackwardGroups<T>(groups, segments, statistics, totals, output);
                VectorLoop.For<BatchNormBackwardGroups<T>, T>(ref both, groups.Count, VectorLoop.Grain((long)n * inner * groups.PerGroup));
            }
            else
            {
                VectorLoop.For<BatchNormSums<T>, T>(ref statistics, segments.Pieces);
                totals.Settle(0, c);
                VectorLoop.For<BatchNormGradient<T>, T>(ref output, output.Pieces, VectorLoop.Grain(inner));
            }
        }

        BlockPool.Return(scratch);
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
