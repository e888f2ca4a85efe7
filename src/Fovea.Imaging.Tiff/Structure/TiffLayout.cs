namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>How samples are meant, by the numbers of the tag.</summary>
internal enum TiffPhotometric
{
    WhiteIsZero = 0,
    BlackIsZero = 1,
    Rgb = 2,
    Palette = 3,
}

/// <summary>What a directory says of its picture, checked: only what can be read comes out.</summary>
internal sealed class TiffLayout
{
    // What a byte of compressed data can become at the most: LZW's 12 bits stand for fewer than 4096 bytes.
    private const int MostGrowth = 4096;
    private const long Missing = -1;

    private readonly TiffFile _file;
    private readonly IReadOnlyList<TiffEntry> _entries;

    private TiffLayout(TiffFile file, IReadOnlyList<TiffEntry> entries, long at)
    {
        (_file, _entries, At) = (file, entries, at);
        long width = Number(TiffTag.ImageWidth, Missing), height = Number(TiffTag.ImageLength, Missing);
        if (width == Missing || height == Missing)
        {
            throw TiffError.Malformed("the picture has no size: ImageWidth or ImageLength is missing.");
        }

        (Width, Height) = ((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue));
        Bits = (int)Math.Min(Number(TiffTag.BitsPerSample, 1), int.MaxValue);
        Samples = (int)Math.Min(Number(TiffTag.SamplesPerPixel, 1), int.MaxValue);
        Photometric = (TiffPhotometric)Math.Min(Number(TiffTag.Photometric, Missing), int.MaxValue);
        IsSeparate = Number(TiffTag.PlanarConfiguration, 1) == 2 && Samples > 1;
    }

    /// <summary>Where the directory is.</summary>
    public long At { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Bits a sample: 1, 2, 4, 8 or 16.</summary>
    public int Bits { get; }

    /// <summary>Samples a pixel, those that are not kept included.</summary>
    public int Samples { get; }

    public TiffPhotometric Photometric { get; }

    /// <summary>Whether each channel has strips or tiles of its own.</summary>
    public bool IsSeparate { get; }

    /// <summary>The channels that are kept; the first of the stored ones.</summary>
    public PixelFormat Format { get; private set; }

    /// <summary>Whether colours were multiplied with alpha.</summary>
    public bool IsPremultiplied { get; private set; }

    public bool IsTiled { get; private set; }

    /// <summary>Width of a tile; of the picture where there are strips.</summary>
    public int ChunkWidth { get; private set; }

    /// <summary>Height of a tile or of a full strip.</summary>
    public int ChunkHeight { get; private set; }

    public int Across => (Width + ChunkWidth - 1) / ChunkWidth;

    public int Down => (Height + ChunkHeight - 1) / ChunkHeight;

    /// <summary>Samples of one pixel in a strip or tile.</summary>
    public int SamplesInChunk => IsSeparate ? 1 : Samples;

    /// <summary>Bytes of a row of a strip or tile.</summary>
    public long RowBytes => (((long)ChunkWidth * SamplesInChunk * Bits) + 7) / 8;

    /// <summary>Bytes of the longest strip or tile, as it is packed.</summary>
    public long LongestChunk { get; private set; }

    /// <summary>The value of white.</summary>
    public int Maximum => (1 << Bits) - 1;

    /// <summary>The colours as R, G, B triples; empty without a palette.</summary>
    public byte[] Palette { get; private set; } = [];

    /// <summary>Reads and checks a page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="page">The page, from 1 on.</param>
    /// <param name="limits">How much may be spent.</param>
    /// <exception cref="ImageException">The page is damaged, too large, or of a kind that is not read.</exception>
    public static TiffLayout Read(TiffFile file, int page, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        (IReadOnlyList<TiffEntry> entries, long at) = file.Page(page);
        var layout = new TiffLayout(file, entries, at);
        limits.Check("tiff", layout.Width, layout.Height, 0);
        layout.ReadSamples();
        layout.ReadChunks();
        return layout;
    }

    /// <summary>The turn that a page asks for; upright when it is odd.</summary>
    public static ExifOrientation OrientationOf(TiffFile file, IReadOnlyList<TiffEntry> entries) =>
        entries.FirstOrDefault(e => e.Tag == TiffTag.Orientation) is { IsWhole: true, Count: > 0 } entry && file.Number(entry, 0) is >= 1 and <= 8 and long turn
            ? (ExifOrientation)turn
            : ExifOrientation.TopLeft;

    private void ReadSamples()
    {
        if (Bits is not (1 or 2 or 4 or 8 or 16) || !AllAre(TiffTag.BitsPerSample, Bits))
        {
            throw TiffError.Unsupported($"expected 1, 2, 4, 8 or 16 bits in each sample, got {List(TiffTag.BitsPerSample, "1")}; save it with 8 or 16.");
        }

        // 4 means that nobody knows what the numbers are.
        if (!AllAre(TiffTag.SampleFormat, 1) && !AllAre(TiffTag.SampleFormat, 4))
        {
            throw TiffError.Unsupported($"expected whole numbers without sign, got sample format {List(TiffTag.SampleFormat, "1")} (2 has a sign, 3 is floating point); scale it and save it with 8 or 16 bits.");
        }

        int colors = Photometric switch
        {
            TiffPhotometric.WhiteIsZero or TiffPhotometric.BlackIsZero or TiffPhotometric.Palette => 1,
            TiffPhotometric.Rgb => 3,
            _ => throw TiffError.Unsupported($"expected grey, RGB or a palette (photometric 0 to 3), got {(int)Photometric}; save it as one of these."),
        };
        if (Photometric == TiffPhotometric.Rgb && Bits < 8)
        {
            throw TiffError.Unsupported($"expected colours of 8 or 16 bits, got {Bits}; save it with 8.");
        }

        int extra = Samples - colors;
        long meaning = Number(TiffTag.ExtraSamples, 0);
        if (extra is not (0 or 1) || (extra == 1 && meaning is not (1 or 2) && colors != 3) || (extra == 1 && (Photometric == TiffPhotometric.Palette || Bits < 8)))
        {
            throw TiffError.Unsupported($"expected {colors} {(colors == 1 ? "channel" : "channels")} and at most an alpha channel, got {Samples}; save the channels as pictures or pages of their own.");
        }

        // A fourth channel of RGB that does not say what it is, is padding.
        bool hasAlpha = extra == 1 && meaning is 1 or 2;
        Format = (PixelFormat)(colors + (hasAlpha ? 1 : 0));
        IsPremultiplied = hasAlpha && meaning == 1;
        if (Photometric == TiffPhotometric.Palette)
        {
            ReadPalette();
        }
    }

    private void ReadPalette()
    {
        int colors = 1 << Bits;
        if (Bits > 8 || Find(TiffTag.ColorMap) is not { Type: 3 } map || map.Count != 3 * colors)
        {
            throw TiffError.Malformed($"expected a palette of {Math.Min(colors, 256)} colours for {Bits} bits, got {Find(TiffTag.ColorMap)?.Count ?? 0} values.");
        }

        // 16 bits a value by the standard; some writers left the upper 8 empty.
        long[] values = [.. Enumerable.Range(0, 3 * colors).Select(i => _file.Number(map, i))];
        int shift = values.Max() > byte.MaxValue ? 8 : 0;
        Palette = new byte[3 * colors];
        for (int i = 0; i < Palette.Length; i++)
        {
            Palette[i] = (byte)(values[(i % 3 * colors) + (i / 3)] >> shift);
        }
    }

    private void ReadChunks()
    {
        long compression = Number(TiffTag.Compression, 1), predictor = Number(TiffTag.Predictor, 1);
        if (compression is not (1 or 5 or 8 or 32773 or 32946) || predictor is not (1 or 2))
        {
            throw TiffError.Unsupported(
                $"expected no compression, LZW, Deflate or PackBits (1, 5, 8 or 32946, 32773) with predictor 1 or 2, got {compression} with {predictor}; save it with one of these.");
        }

        IsTiled = Find(TiffTag.TileWidth) is not null || Find(TiffTag.TileOffsets) is not null;
        long width = IsTiled ? Number(TiffTag.TileWidth, 0) : Width;
        long height = IsTiled ? Number(TiffTag.TileLength, 0) : Math.Min(Height, Number(TiffTag.RowsPerStrip, Height));
        if (width < 1 || height < 1 || width > ushort.MaxValue || height > ushort.MaxValue)
        {
            throw TiffError.Malformed($"expected {(IsTiled ? "tiles" : "strips")} of 1 to {ushort.MaxValue} pixels a side, got {width}x{height}.");
        }

        (ChunkWidth, ChunkHeight) = ((int)width, (int)height);
        long wanted = (long)Across * Down * (IsSeparate ? Samples : 1);
        (TiffTag offsets, TiffTag counts) = IsTiled ? (TiffTag.TileOffsets, TiffTag.TileByteCounts) : (TiffTag.StripOffsets, TiffTag.StripByteCounts);
        if (Find(offsets) is not { IsWhole: true } starts || Find(counts) is not { IsWhole: true } lengths || starts.Count < wanted || lengths.Count < wanted)
        {
            throw TiffError.Malformed(
                $"expected the places and lengths of {wanted} {(IsTiled ? "tiles" : "strips")}, got {Find(offsets)?.Count ?? 0} places and {Find(counts)?.Count ?? 0} lengths.");
        }

        CheckPlaces(starts, lengths, wanted, compression == 1 ? 1 : MostGrowth);
    }

    private void CheckPlaces(TiffEntry starts, TiffEntry lengths, long wanted, int growth)
    {
        for (long i = 0; i < wanted; i++)
        {
            long start = _file.Number(starts, i), length = _file.Number(lengths, i);
            if (length == 0 || length > _file.Length || start > _file.Length - length)
            {
                throw TiffError.Truncated($"{(IsTiled ? "tile" : "strip")} {i} has {length} bytes at byte {start}, and the file ends at {_file.Length}.");
            }

            LongestChunk = Math.Max(LongestChunk, length);
            long rows = IsTiled ? ChunkHeight : Math.Min(ChunkHeight, Height - (i % Down * ChunkHeight));
            if (RowBytes * rows > length * growth)
            {
                throw TiffError.Truncated($"{(IsTiled ? "tile" : "strip")} {i} has {length} bytes, from which {RowBytes * rows} cannot come: the file is cut short or forged.");
            }
        }
    }

    private TiffEntry? Find(TiffTag tag)
    {
        foreach (TiffEntry entry in _entries)
        {
            if (entry.Tag == tag && entry.Count > 0)
            {
                return entry;
            }
        }

        return null;
    }

    private long Number(TiffTag tag, long otherwise) => Find(tag) is { IsWhole: true } entry ? _file.Number(entry, 0) : otherwise;

    private bool AllAre(TiffTag tag, long value)
    {
        if (Find(tag) is not { IsWhole: true } entry)
        {
            return value == 1;
        }

        // As many as there are samples count; a few more do no harm.
        for (long i = 0; i < Math.Min(entry.Count, Samples); i++)
        {
            if (_file.Number(entry, i) != value)
            {
                return false;
            }
        }

        return true;
    }

    private string List(TiffTag tag, string otherwise) => Find(tag) is { IsWhole: true } entry
        ? string.Join(", ", Enumerable.Range(0, (int)Math.Min(entry.Count, 4)).Select(i => _file.Number(entry, i)))
        : otherwise;
}
