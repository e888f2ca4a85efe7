using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Softmaxes;

/// <summary>Softmax, logarithm and negative log-likelihood in one pass over the logits, with the gradient beside.</summary>
public static unsafe class CrossEntropy
{
    /// <summary>
    /// Per row with label t: <c>loss = −Σ_c a_c·ln p_c</c> with p = softmax(logits) and
    /// <c>a_c = (1 − s)·w_t·[c = t] + s·w_c/classes</c> (label smoothing s, class weights w); and its gradient by the logits,
    /// <c>(Σ a)·p − a</c>. These are PyTorch's definitions; its mean reduction divides the sum of the losses by the returned weight.
    /// </summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="labels">[rows]: a class, or <paramref name="ignoreIndex"/>: such a row has loss 0, gradient 0 and weight 0.</param>
    /// <param name="weights">w [classes]; empty for 1.</param>
    /// <param name="labelSmoothing">s, 0 to 1; PyTorch's default is 0.</param>
    /// <param name="ignoreIndex">The label that leaves a row out; PyTorch's default is −100.</param>
    /// <param name="loss">[rows], written.</param>
    /// <param name="gradient">[rows, classes], written: each row's own gradient; empty if not wanted; may be the logits themselves.</param>
    /// <returns>Σ w_t over the rows that count.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or a label is neither a class nor the ignored one.</exception>
    public static double Run<T>(
        int rows,
        int classes,
        ReadOnlySpan<T> logits,
        ReadOnlySpan<long> labels,
        ReadOnlySpan<T> weights,
        double labelSmoothing,
        long ignoreIndex,
        Span<T> loss,
        Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "crossEntropy";
        if (rows < 0 || classes < 1 || !(labelSmoothing is >= 0 and <= 1))
        {
            Guard.Fail(Name, $"expected at least 1 class and a smoothing from 0 to 1, got [{rows}, {classes}] and {labelSmoothing}");
        }

        Guard.Length(Name, "logits [rows, classes]", (long)rows * classes, logits.Length);
        Guard.Length(Name, "labels", rows, labels.Length);
        Guard.LengthOrEmpty(Name, "weights", classes, weights.Length);
        Guard.Length(Name, "loss", rows, loss.Length);
        Guard.LengthOrEmpty(Name, "gradient", logits.Length, gradient.Length);
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            long label = labels[row];
            if (label == ignoreIndex)
            {
                continue;
            }

            if ((ulong)label >= (ulong)classes)
            {
                Guard.Fail(Name, $"expected labels from 0 to {classes - 1} or {ignoreIndex} to ignore, got {label} in row {row}");
            }

            total += weights.IsEmpty ? 1 : double.CreateTruncating(weights[(int)label]);
        }

        fixed (T* x = logits, w = weights, lossAt = loss, gradientAt = gradient)
        fixed (long* labelsAt = labels)
        {
            var body = new Body<T>(classes, x, labelsAt, w, labelSmoothing, ignoreIndex, lossAt, gradientAt);
            VectorLoop.For<Body<T>, T>(ref body, rows, VectorLoop.Grain(4L * classes));
        }

        return total;
    }

    private readonly struct Body<T>(
        int classes, T* logits, long* labels, T* weights, double smoothing, long ignoreIndex, T* loss, T* gradient) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int row = from; row < to; row++)
            {
                T* to0 = gradient is null ? null : gradient + ((nint)row * classes);
                if (labels[row] == ignoreIndex)
                {
                    loss[row] = T.Zero;
                    if (to0 is not null)
                    {
                        new Span<T>(to0, classes).Clear();
                    }

                    continue;
                }

                Row<V>(row, logits + ((nint)row * classes), to0);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Row<V>(int row, T* x, T* to)
            where V : struct, IVector<V, T>
        {
            int label = (int)labels[row];
            double own = (1 - smoothing) * (weights is null ? 1 : double.CreateTruncating(weights[label]));
            double each = smoothing / classes;

            // What the loss needs of the logits is read before the gradient may overwrite them.
            T max = SoftmaxRows<T>.Max<V>(x, classes);
            double shift = double.CreateTruncating(SoftmaxRows<T>.Shift(max));
            double target = own == 0 ? 0 : own * (double.CreateTruncating(x[label]) - shift);
            double weight = own;
            if (smoothing > 0)
            {
                Smoothed<V>(x, shift, out double sumOfWeights, out double dot);
                weight += each * sumOfWeights;
                target += each * dot;
            }

            double sum = SoftmaxRows<T>.Exponentials<V>(x, to, classes, T.CreateTruncating(shift));
            loss[row] = T.CreateTruncating((weight * Math.Log(sum)) - target);
            if (to is null)
            {
                return;
            }

            V scale = V.Broadcast(T.CreateTruncating(weight / sum));
            V spread = V.Broadcast(T.CreateTruncating(each));
            for (int i = 0; i < classes; i += V.Width)
            {
                int n = Math.Min(V.Width, classes - i);
                V w = weights is null ? spread : spread * V.LoadPartial(weights + i, n);
                (V.LoadPartial(to + i, n) * scale - w).StorePartial(to + i, n);
            }

            to[label] -= T.CreateTruncating(own);
        }

        // Σ_c w_c and Σ_c w_c·(x_c − shift).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Smoothed<V>(T* x, double shift, out double sum, out double dot)
            where V : struct, IVector<V, T>
        {
            sum = 0;
            dot = 0;
            for (int c = 0; c < classes; c++)
            {
                double w = weights is null ? 1 : double.CreateTruncating(weights[c]);
                sum += w;
                dot += w == 0 ? 0 : w * (double.CreateTruncating(x[c]) - shift);
            }
        }
    }
}
