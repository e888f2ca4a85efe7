namespace Fovea;

/// <summary>Three-dimensional convolution.</summary>
public static class Conv3dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Three-dimensional convolution (cross-correlation): the taps along depth become channels of a two-dimensional one, so it is
        /// recorded and counted as <c>conv2d</c> and needs room for the input once per tap along depth. Shapes: <c>x [N, C, D, H, W] → [N,
        /// O, D′, H′, W′]</c>, D′ = ⌊(D + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
        /// </summary>
        /// <param name="weight">[O, C / groups, kernel depth, kernel height, kernel width].</param>
        /// <param name="bias">[O], or null (the default) for none.</param>
        /// <param name="stride">Steps from one output to the next, at least 1 (default 1).</param>
        /// <param name="padding">Zeros on each side, at least 0 (default 0).</param>
        /// <param name="dilation">Steps from one tap to the next, at least 1 (default 1).</param>
        /// <param name="groups">Independent groups of channels, at least 1; it divides C and O (default 1).</param>
        /// <exception cref="ShapeException">The channels do not fit the weight, or the kernel is larger than the padded input.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor Conv3d(
            Tensor weight, Tensor? bias = null, Size3? stride = null, Size3 padding = default, Size3? dilation = null, int groups = 1)
        {
            ArgumentNullException.ThrowIfNull(weight);
            const string name = "conv3d";
            Size3 step = Size3.AtLeast(1, stride ?? 1, name, "stride");
            Size3 spread = Size3.AtLeast(1, dilation ?? 1, name, "dilation");
            Size3.AtLeast(0, padding, name, "padding");
            Shape w = weight.Shape;
            if (w.Rank != 5 || w[2] < 1 || w[3] < 1 || w[4] < 1)
            {
                throw new ShapeException(
                    name, "a weight [O, C / groups, kernel depth, kernel height, kernel width] with at least one tap", w.ToString());
            }

            if (groups < 1 || x.Rank != 5 || x.Shape[1] != (long)w[1] * groups)
            {
                throw new ShapeException(name, $"[N, {(long)w[1] * groups}, D, H, W]", x.Shape.ToString(),
                    $"the weight {w} takes {w[1]} channels in each of {groups} groups");
            }

            bool flat = w[2] == 1 && step.Depth == 1 && padding.Depth == 0;
            Tensor planes = flat && x.Shape[2] == 1
                ? x.Reshape(x.Shape[0], x.Shape[1], x.Shape[3], x.Shape[4])
                : Op.Run(new UnfoldDepthOp(w[2], step.Depth, padding.Depth, spread.Depth), x);
            Tensor y = planes.Conv2d(
                weight.Reshape(w[0], w[1] * w[2], w[3], w[4]), bias, (step.Height, step.Width), (padding.Height, padding.Width),
                (spread.Height, spread.Width), groups);
            int depth = x.Shape[0] == 0 ? 0 : y.Shape[0] / x.Shape[0];
            Tensor apart = y.Reshape(x.Shape[0], depth, y.Shape[1], y.Shape[2], y.Shape[3]);
            return depth == 1 ? apart.Reshape(x.Shape[0], y.Shape[1], 1, y.Shape[2], y.Shape[3]) : apart.Permute(0, 2, 1, 3, 4);
        }
    }
}
