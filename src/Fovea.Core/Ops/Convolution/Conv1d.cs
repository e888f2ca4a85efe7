namespace Fovea;

/// <summary>One-dimensional convolution: a two-dimensional one over maps of one row.</summary>
public static class Conv1dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// One-dimensional convolution (cross-correlation). Shapes: <c>x: [N, I, L]</c>, <c>weight: [O, I/groups, k]</c>, <c>bias: [O]</c>
        /// → <c>[N, O, L']</c> with <c>L' = ⌊(L + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1</c>.
        /// </summary>
        /// <param name="weight">The kernels.</param>
        /// <param name="bias">Added to each output channel; null for none.</param>
        /// <param name="stride">Places from one output to the next (default 1).</param>
        /// <param name="padding">Zeros at each end (default 0).</param>
        /// <param name="dilation">Places from one tap to the next (default 1).</param>
        /// <param name="groups">Groups of channels that do not mix (default 1).</param>
        /// <exception cref="ShapeException">The shapes do not fit one another.</exception>
        public Tensor Conv1d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
        {
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank != 3 || weight.Rank != 3)
            {
                throw new ShapeException("conv1d", "x [N, I, L] and weight [O, I/groups, k]", $"{x.Shape} and {weight.Shape}");
            }

            Tensor rows = x.Reshape(x.Shape[0], x.Shape[1], 1, x.Shape[2]);
            Tensor kernels = weight.Reshape(weight.Shape[0], weight.Shape[1], 1, weight.Shape[2]);
            Tensor y = rows.Conv2d(kernels, bias, (1, stride), (0, padding), (1, dilation), groups);
            return y.Reshape(y.Shape[0], y.Shape[1], y.Shape[3]);
        }
    }
}
