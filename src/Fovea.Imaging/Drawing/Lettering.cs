namespace Fovea.Imaging.Drawing;

/// <summary>Writes short texts into pictures, in letters of 5 by 8 pixels, of ASCII from space to tilde.</summary>
public static class Lettering
{
    private const int Columns = 5;
    private const int Rows = 8;
    private const int Advance = Columns + 1;
    private const char First = ' ';

    // From space to tilde; a letter's rows follow each other from its top, the leftmost pixel first. The last row is for what hangs below the line.
    private static readonly ulong[] s_letters =
    [
        0x0000000000, 0x2108420080, 0x5280000000, 0x52beafa940, 0x23e8e2f880, 0xce88444c60, 0x64a88ac9a0, 0x2100000000,
        0x1110841040, 0x4104211100, 0x055df75400, 0x0109f21000, 0x0000001888, 0x0000e00000, 0x0000003180, 0x0884442200,
        0x74675cc5c0, 0x23284213e0, 0x74426443e0, 0xf88820c5c0, 0x11952f8840, 0xfc3c10c5c0, 0x3221e8c5c0, 0xf844221080,
        0x7462e8c5c0, 0x7462f08980, 0x0318063000, 0x018c031100, 0x09b0608000, 0x001c070000, 0x8306c80000, 0x7442620080,
        0x746f5b41e0, 0x22a31fc620, 0xf463e8c7c0, 0x74610845c0, 0xe4a318cb80, 0xfc21e843e0, 0xfc21e84200, 0x746178c5c0,
        0x8c63f8c620, 0x71084211c0, 0x3884214980, 0x8ca98a4a20, 0x84210843e0, 0x8eeb58c620, 0x8e7359ce20, 0x746318c5c0,
        0xf463e84200, 0x74631ac9a0, 0xf463ea4a20, 0x7c20e087c0, 0xf908421080, 0x8c6318c5c0, 0x8c63152880, 0x8c635aee20,
        0x8c54454620, 0x8c54421080, 0xf8444443e0, 0x72108421c0, 0x8210410820, 0x70842109c0, 0x22a2000000, 0x000000001f,
        0x4100000000, 0x001c17c5e0, 0x843d18c7c0, 0x001f0841e0, 0x085f18c5e0, 0x001d1fc1e0, 0x323c842100, 0x001f18bc2e,
        0x843d18c620, 0x20184211c0, 0x100c210a4c, 0x84254e4a20, 0x61084211c0, 0x00355ad6a0, 0x003d18c620, 0x001d18c5c0,
        0x003d18fa10, 0x001f18bc21, 0x002d984200, 0x001f0707c0, 0x423c8420c0, 0x002318c5e0, 0x0023152880, 0x00235ad540,
        0x0022a22a20, 0x002318bc2e, 0x003e2223e0, 0x1908821060, 0x2108421080, 0xc108221300, 0x0013590000,
    ];

    /// <summary>Height of a line in pixels.</summary>
    /// <param name="scale">Pixels that a letter's pixel takes each way, at least 1.</param>
    public static int Height(int scale) => Rows * scale;

    /// <summary>Width of a text in pixels, without the gap after its last letter.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scale">Pixels that a letter's pixel takes each way, at least 1.</param>
    public static int Width(string text, int scale)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Math.Max(0, (text.Length * Advance) - 1) * scale;
    }

    /// <summary>How many letters fit into a width.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="scale">Pixels that a letter's pixel takes each way, at least 1.</param>
    public static int Fitting(int width, int scale) => (width + scale) / (Advance * scale);

    /// <summary>Whether there is a letter for each of a text's.</summary>
    /// <param name="text">The text.</param>
    public static bool Knows(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.All(Knows);
    }

    /// <summary>The text cut to a number of letters, of which the last two then are full stops.</summary>
    /// <param name="text">The text.</param>
    /// <param name="letters">The most letters.</param>
    public static string Cut(string text, int letters)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= letters ? text : $"{text[..Math.Max(0, letters - 2)]}..";
    }

    /// <summary>Writes a text, cut off at the picture's edge.</summary>
    /// <param name="image">An <see cref="PixelFormat.Rgb"/> picture.</param>
    /// <param name="x">Left edge in pixels.</param>
    /// <param name="y">Upper edge in pixels.</param>
    /// <param name="text">The text; a letter that is not known leaves a gap.</param>
    /// <param name="scale">Pixels that a letter's pixel takes each way, at least 1.</param>
    /// <param name="ink">The letters' colour.</param>
    /// <exception cref="ArgumentException">The picture is of another format.</exception>
    public static void Write(this Image image, int x, int y, string text, int scale, Color ink)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (char letter in text)
        {
            ulong dots = Knows(letter) ? s_letters[letter - First] : 0;
            for (int i = 0; i < Columns * Rows; i++)
            {
                if ((dots >> ((Columns * Rows) - 1 - i) & 1) != 0)
                {
                    image.Fill(x + (i % Columns * scale), y + (i / Columns * scale), scale, scale, ink);
                }
            }

            x += Advance * scale;
        }
    }

    private static bool Knows(char letter) => letter >= First && letter - First < s_letters.Length;
}
