using System.Numerics;

namespace Fovea;

/// <summary>Batch normalisation.</summary>
public static class BatchNormExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Batch normalisation (Ioffe and Szegedy 2015): <c>y = (x − mean) / √(var + eps) · weight + bias</c> per channel, then
        /// <c>+ residual</c>, then the rectifier, in one pass. Shapes: <c>[N, C, …] → same</c>.
        /// </summary>
        /// <param name="runningMean">[C]; in training it moves towards the batch's mean, in place.</param>
        /// <param name="runningVar">[C]; in training it moves towards the batch's unbiased variance, in place.</param>
        /// <param name="weight">[C].</param>
        /// <param name="bias">[C].</param>
        /// <param name="training">Whether mean and (biased) variance are the batch's, rather than the running ones.</param>
        /// <param name="momentum">Share of the batch in the running statistics (default 0.1).</param>
        /// <param name="epsilon">Added to the variance (default 1e-5).</param>
        /// <param name="residual">Added after the normalisation; of x's shape; null for none.</param>
        /// <param name="relu">Whether the result is rectified (default false).</param>
        /// <exception cref="ShapeException">Shapes do not fit, or a channel has a single value in training.</exception>
        public Tensor BatchNorm(
            Tensor runningMean,
            Tensor runningVar,
            Tensor weight,
            Tensor bias,
            bool training,
            double momentum = 0.1,
            double epsilon = 1e-5,
            Tensor? residual = null,
            bool relu = false)
        {
            if (!training)
            {
                var inference = new BatchNormInferenceOp(epsilon, relu);
                return residual is null
                    ? Op.Run(inference, x, weight, bias, runningMean, runningVar)
                    : Op.Run(inference, x, weight, bias, runningMean, runningVar, residual);
            }

            var op = new BatchNormTrainingOp(epsilon, relu);
            Tensor[] results = residual is null ? Op.RunAll(op, x, weight, bias) : Op.RunAll(op, x, weight, bias, residual);
            double count = x.Elements / x.Shape[1];
            Follow(runningMean, results[1], momentum, 1);
            Follow(runningVar, results[2], momentum, count / (count - 1));
            return results[0];
        }
    }

    /// <summary><c>running = (1 − momentum) · running + momentum · factor · batch</c>.</summary>
    private static void Follow(Tensor running, Tensor batch, double momentum, double factor)
    {
        if (Execution.Current.Trace is { IsFormula: true } formula)
        {
            formula.AddEffect(batch, seen => Follow(running, seen, momentum, factor));
            return;
        }

        if (batch.Storage.IsSymbolic)
        {
            // A trace of shapes: nothing was seen that the statistics could follow.
            return;
        }

        if (RunningStatistics.TryKeep(running, batch, momentum, factor))
        {
            return;
        }

        if (running.DType == DType.Float32)
        {
            Move(running.AsSpan<float>(), batch.AsSpan<float>(), momentum, factor);
        }
        else
        {
            Move(running.AsSpan<double>(), batch.AsSpan<double>(), momentum, factor);
        }
    }

    /// <summary>The same on values, computed in double precision.</summary>
    internal static void Move<T>(Span<T> running, ReadOnlySpan<T> batch, double momentum, double factor)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < running.Length; i++)
        {
            running[i] = T.CreateTruncating((1 - momentum) * double.CreateTruncating(running[i]) + momentum * factor * double.CreateTruncating(batch[i]));
        }
    }
}
