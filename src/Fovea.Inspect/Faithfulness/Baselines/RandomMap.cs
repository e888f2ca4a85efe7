using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Fovea.Inspect;

/// <summary>A map that knows nothing: numbers in [0, 1) drawn from a seed and the picture's own bytes, so that a picture has the same map in every order.</summary>
/// <param name="seed">The seed (default 0).</param>
/// <param name="cell">The side of a cell, in pixels: each has one number. Class activation maps are as coarse; default 1, every pixel for itself.</param>
public sealed class RandomMap(ulong seed = 0, int cell = 1) : IMapMethod
{
    /// <inheritdoc/>
    public string Name => cell == 1 ? "random" : $"random-{cell}";

    /// <inheritdoc/>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        cancellation.ThrowIfCancellationRequested();
        int height = Math.Max(1, images.Shape[2] / cell), width = Math.Max(1, images.Shape[3] / cell);
        int each = images.Elements / images.Shape[0];
        var maps = new ScalarMap[images.Shape[0]];
        for (int i = 0; i < maps.Length; i++)
        {
            ulong picture = Crc32.HashToUInt32(MemoryMarshal.AsBytes(images.AsSpan<float>().Slice(i * each, each)));
            float[] values = new float[height * width];
            new Generator(seed).Fork(Name).Fork(picture).FillUniform(values.AsSpan());
            maps[i] = new ScalarMap(Name, "picture", height, width, values);
        }

        return maps;
    }
}
