namespace Fovea.Inspect;

/// <summary>A layer whose output lies on a grid over the picture: maps [N, C, H, W], or tokens [N, prefix + H·W, C].</summary>
/// <param name="Name">The module's dotted name.</param>
/// <param name="Channels">C, at least 1.</param>
/// <param name="Height">Rows of the grid.</param>
/// <param name="Width">Columns of the grid.</param>
/// <param name="Tokens">Whether it gives tokens.</param>
/// <param name="Prefix">Tokens before the grid that stand for no place, such as a class token; 0 of maps.</param>
public sealed record GridLayer(string Name, int Channels, int Height, int Width, bool Tokens, int Prefix)
{
    /// <summary>The layer as one reads it: <c>layer4 (512 × 7×7)</c>.</summary>
    public override string ToString() => $"{Name} ({Channels} × {Height}×{Width})";

    /// <summary>The numbers of one sample without the tokens before the grid, [Channels, Height · Width].</summary>
    internal float[] Planes(Tensor values, int sample)
    {
        Tensor one = values.Narrow(0, sample, 1).To(DType.Float32);
        return (Tokens ? one.Narrow(1, Prefix, Height * Width).Transpose(1, 2) : one).ToArray<float>();
    }

    /// <summary>A tensor of one number for each channel that multiplies the layer's output, [B, C, 1, 1] or [B, 1, C].</summary>
    internal Tensor OverChannels(float[] factors, int batch, DType dtype) =>
        Tensor.From(factors, Tokens ? [batch, 1, Channels] : [batch, Channels, 1, 1]).To(dtype);
}
