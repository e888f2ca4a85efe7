namespace Fovea.Training.Data;

/// <summary>A colour, each part from 0 to 255.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    private float Luminance => 0.299f * R + 0.587f * G + 0.114f * B;

    /// <summary>A dark colour of any hue, for the ground.</summary>
    public static Rgb DrawDark(Generator random) => new(8 + random.Next(112), 8 + random.Next(112), 8 + random.Next(112));

    /// <summary>A light colour of any hue, for glyphs and distractors alike.</summary>
    public static Rgb DrawLight(Generator random)
    {
        while (true)
        {
            var color = new Rgb(32 + random.Next(224), 32 + random.Next(224), 32 + random.Next(224));
            if (color.Luminance >= 136)
            {
                return color;
            }
        }
    }
}
