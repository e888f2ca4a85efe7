namespace Fovea.Io;

/// <summary>
/// The first convolution for images of another number of channels: summed into one, as an image whose channels agree would see it;
/// otherwise its channels again and again, times the old number over the new, which keeps the size of the sums (as timm does).
/// </summary>
internal sealed class InputChannelRule : IShapeRule
{
    public bool Applies(ModelOutline model, string name, Shape from, Shape to) =>
        name == model.Stem && from.Rank == 4 && from[0] == to[0] && from[2] == to[2] && from[3] == to[3] && from[1] > 0;

    public (Tensor Value, string How) Adapt(Tensor value, Shape to)
    {
        int old = value.Shape[1], channels = to[1], area = to[2] * to[3];
        ReadOnlySpan<float> source = value.To(DType.Float32).AsSpan<float>();
        Tensor result = Tensor.Zeros(to);
        Span<float> target = result.AsSpan<float>();
        (int kernels, double scale) = channels == 1 ? (old, 1.0) : (channels, (double)old / channels);
        for (int o = 0; o < to[0]; o++)
        {
            for (int c = 0; c < kernels; c++)
            {
                ReadOnlySpan<float> kernel = source.Slice((o * old + c % old) * area, area);
                Span<float> into = target.Slice((o * channels + c % channels) * area, area);
                for (int i = 0; i < area; i++)
                {
                    into[i] += (float)(kernel[i] * scale);
                }
            }
        }

        return (result, channels == 1 ? "summed over the input channels" : $"input channels repeated, times {old}/{channels}");
    }
}
