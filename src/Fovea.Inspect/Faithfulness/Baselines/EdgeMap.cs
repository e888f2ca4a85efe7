namespace Fovea.Inspect;

/// <summary>
/// Where a picture has edges: the length of the Sobel gradient of the mean over its channels, pixels beyond the edge as the outermost ones. It knows nothing of
/// the model; many a map that looks convincing is hardly more (Adebayo et al. 2018).
/// </summary>
public sealed class EdgeMap : IMapMethod
{
    /// <inheritdoc/>
    public string Name => "edges";

    /// <inheritdoc/>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        cancellation.ThrowIfCancellationRequested();
        (int channels, int height, int width) = (images.Shape[1], images.Shape[2], images.Shape[3]);
        var maps = new ScalarMap[images.Shape[0]];
        for (int i = 0; i < maps.Length; i++)
        {
            float[] grey = new float[height * width];
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<float> plane = images.AsSpan<float>().Slice((i * channels + c) * grey.Length, grey.Length);
                for (int p = 0; p < grey.Length; p++)
                {
                    grey[p] += plane[p] / channels;
                }
            }

            maps[i] = new ScalarMap(Name, "picture", height, width, Sobel(grey, height, width));
        }

        return maps;
    }

    private static float[] Sobel(float[] grey, int height, int width)
    {
        float[] edges = new float[grey.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float across = At(-1, 1) + 2 * At(0, 1) + At(1, 1) - At(-1, -1) - 2 * At(0, -1) - At(1, -1);
                float down = At(1, -1) + 2 * At(1, 0) + At(1, 1) - At(-1, -1) - 2 * At(-1, 0) - At(-1, 1);
                edges[y * width + x] = MathF.Sqrt(across * across + down * down);

                float At(int dy, int dx) => grey[Math.Clamp(y + dy, 0, height - 1) * width + Math.Clamp(x + dx, 0, width - 1)];
            }
        }

        return edges;
    }
}
