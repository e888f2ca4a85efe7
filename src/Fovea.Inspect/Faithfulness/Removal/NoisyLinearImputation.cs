namespace Fovea.Inspect;

/// <summary>
/// Fills removed pixels so that the shape of what was removed can hardly be seen: each is the weighted mean of its eight neighbours (1/6 beside, 1/12 across a
/// corner, those outside of the picture left out), removed ones among them, all at once; and a little noise. Rong et al., "A consistent and efficient
/// evaluation strategy for attribution methods" (ROAD), 2022.
/// </summary>
internal static class NoisyLinearImputation
{
    /// <summary>Draws the noise of a picture, for every value of it, removed or not: the same for all that is removed from one picture.</summary>
    /// <param name="count">How many values.</param>
    /// <param name="deviation">Its deviation, at least 0.</param>
    /// <param name="random">What it is drawn from; left alone where the deviation is 0.</param>
    public static double[] Noise(int count, double deviation, Generator random)
    {
        double[] noise = new double[count];
        for (int i = 0; deviation > 0 && i < count; i++)
        {
            noise[i] = deviation * random.NextNormal();
        }

        return noise;
    }

    /// <summary>Fills a picture in place.</summary>
    /// <param name="pixels">[C, H, W].</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="removed">[H · W], which pixels to fill; where all are, they become the channel's mean.</param>
    /// <param name="noise">[C, H, W], added to what is filled in.</param>
    public static void Fill(Span<float> pixels, int channels, int height, int width, ReadOnlySpan<bool> removed, ReadOnlySpan<double> noise)
    {
        var system = new ImputationSystem(height, width, removed);
        for (int c = 0; c < channels; c++)
        {
            Span<float> plane = pixels.Slice(c * height * width, height * width);
            ReadOnlySpan<double> solved = system.Solve(plane), drawn = noise.Slice(c * height * width, height * width);
            for (int i = 0; i < plane.Length; i++)
            {
                if (removed[i])
                {
                    plane[i] = (float)(solved[system.Cell(i)] + drawn[i]);
                }
            }
        }
    }
}
