namespace Fovea.Training.Data;

/// <summary>
/// Mixes the pictures of a batch in pairs, and their labels in the same shares: mixup (Zhang et al., 2018) blends them,
/// CutMix (Yun et al., 2019) puts a rectangle of one into the other.
/// </summary>
public sealed record BatchMixing
{
    /// <summary>The α of mixup's Beta(α, α); 0 (default) is off.</summary>
    public double Mixup { get; init; }

    /// <summary>The α of CutMix's Beta(α, α); 0 (default) is off. With both on, each batch draws one of the two.</summary>
    public double CutMix { get; init; }

    /// <summary>How often a batch is mixed at all (0 to 1, default 1).</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Whether anything is mixed.</summary>
    public bool IsOn => (Mixup > 0 || CutMix > 0) && Probability > 0;

    /// <summary>Mixes in place and returns the labels as probabilities.</summary>
    /// <remarks>
    /// λ ~ Beta(α, α). Picture i becomes λ·xᵢ + (1 − λ)·xⱼ, or xᵢ with a rectangle of xⱼ that covers 1 − λ of it (then λ is what is left of
    /// xᵢ), with j = N − 1 − i; its label λ·yᵢ + (1 − λ)·yⱼ.
    /// </remarks>
    /// <param name="images">float32 [N, C, H, W]; overwritten.</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="random">Where λ and the rectangle come from: a fork for the batch's epoch and number makes a run repeatable.</param>
    /// <returns>float32 [N, classes]; every row sums to 1.</returns>
    /// <exception cref="OptionException">An option is out of its range.</exception>
    /// <exception cref="ShapeException">The shapes do not fit, or a label is no class.</exception>
    public Tensor Apply(Tensor images, Tensor labels, int classes, Generator random)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(random);
        Validate();
        if (images.Rank != 4 || labels.Rank != 1 || labels.Shape[0] != images.Shape[0])
        {
            throw new ShapeException("mixing", "images [N, C, H, W] and labels [N]", $"{images.Shape} and {labels.Shape}");
        }

        double share = 1;
        if (IsOn && random.NextDouble() < Probability)
        {
            bool cut = CutMix > 0 && (Mixup == 0 || random.Next(2) == 1);
            double lambda = BetaDistribution.Draw(random, cut ? CutMix : Mixup);
            share = cut ? Paste(images, lambda, random) : Blend(images, lambda);
        }

        return SoftLabels(labels, classes, (float)share);
    }

    private static double Blend(Tensor images, double lambda)
    {
        int count = images.Shape[0], size = images.Elements / Math.Max(1, count);
        float own = (float)lambda, other = 1 - own;
        Span<float> values = images.AsSpan<float>();
        for (int i = 0; i < count / 2; i++)
        {
            Span<float> a = values.Slice(i * size, size), b = values.Slice((count - 1 - i) * size, size);
            for (int k = 0; k < a.Length; k++)
            {
                (a[k], b[k]) = (own * a[k] + other * b[k], own * b[k] + other * a[k]);
            }
        }

        return own;
    }

    private static double Paste(Tensor images, double lambda, Generator random)
    {
        (int count, int channels, int height, int width) = (images.Shape[0], images.Shape[1], images.Shape[2], images.Shape[3]);
        double ratio = Math.Sqrt(1 - lambda);
        int halfWidth = (int)(width * ratio) / 2, halfHeight = (int)(height * ratio) / 2;
        int x = random.Next(width), y = random.Next(height);
        int left = Math.Max(0, x - halfWidth), right = Math.Min(width, x + halfWidth);
        int top = Math.Max(0, y - halfHeight), bottom = Math.Min(height, y + halfHeight);
        Span<float> values = images.AsSpan<float>();
        for (int i = 0; i < count / 2; i++)
        {
            for (int line = 0; line < channels * height; line++)
            {
                if (line % height < top || line % height >= bottom)
                {
                    continue;
                }

                Span<float> a = values.Slice((i * channels * height + line) * width + left, right - left);
                Span<float> b = values.Slice(((count - 1 - i) * channels * height + line) * width + left, right - left);
                for (int k = 0; k < a.Length; k++)
                {
                    (a[k], b[k]) = (b[k], a[k]);
                }
            }
        }

        return 1 - (double)((right - left) * (bottom - top)) / (width * height);
    }

    private static Tensor SoftLabels(Tensor labels, int classes, float share)
    {
        ReadOnlySpan<long> values = labels.AsSpan<long>();
        Tensor soft = Tensor.Zeros([values.Length, classes]);
        Span<float> rows = soft.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            long own = values[i], other = values[values.Length - 1 - i];
            if (own < 0 || own >= classes)
            {
                throw new ShapeException("mixing", $"labels from 0 to {classes - 1}", $"{own}");
            }

            // Checked for the other when its own turn comes; until then it only must not write outside.
            rows[i * classes + (int)own] += share;
            if (other >= 0 && other < classes)
            {
                rows[i * classes + (int)other] += 1 - share;
            }
        }

        return soft;
    }

    private void Validate()
    {
        if (!(Mixup >= 0 && CutMix >= 0 && Probability is >= 0 and <= 1 && double.IsFinite(Mixup + CutMix)))
        {
            throw new OptionException("mixing",
                $"expected alphas of at least 0 and a probability of 0 to 1, got mixup {Mixup}, cutmix {CutMix}, probability {Probability}.");
        }
    }
}
