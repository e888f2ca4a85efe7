namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// Takes samples block by block, in rows of coded units from the top, and writes finished rows of pixels as soon as the
/// sample rows that they look at are there.
/// </summary>
internal sealed class PictureAssembler : IDisposable
{
    private readonly JpegFrame _frame;
    private readonly ColourSpace _space;
    private readonly SampleRing[] _rings;
    private readonly Upsampler[] _upsamplers;
    private readonly byte[] _pixels;

    // The last rows of the picture have no room behind them for what the colour conversion writes too much.
    private readonly byte[] _lastRow;
    private int _finished;

    public PictureAssembler(JpegFrame frame, ColourSpace space)
    {
        _frame = frame;
        _space = space;
        _rings = Array.ConvertAll(frame.Components, c => new SampleRing(c));
        _upsamplers = new Upsampler[_rings.Length];
        for (int i = 0; i < _rings.Length; i++)
        {
            _upsamplers[i] = new Upsampler(frame.Components[i], frame, _rings[i]);
        }

        _lastRow = space is ColourSpace.YCbCr or ColourSpace.Ycck ? new byte[3 * frame.Width + ColourConverter.Overrun(frame.Width)] : [];
        _pixels = GC.AllocateUninitializedArray<byte>(frame.Width * frame.Height * Channels);
    }

    private int Channels => _space == ColourSpace.Grey ? 1 : 3;

    /// <summary>The memory that assembling takes, the pixels included.</summary>
    public static long Memory(JpegFrame frame)
    {
        long bytes = (long)frame.Width * frame.Height * Math.Min(3, frame.Components.Length);
        foreach (JpegComponent component in frame.Components)
        {
            bytes += SampleRing.Length(component) + 6L * frame.Width;
        }

        return bytes;
    }

    /// <summary>Where the samples of a block belong.</summary>
    public Span<byte> Block(int component, int blockRow, int blockColumn) => _rings[component].Block(blockRow, blockColumn);

    public int Stride(int component) => _rings[component].Stride;

    /// <summary>Says that all blocks of a row of coded units are there; writes what can be written.</summary>
    public void UnitRowDone(int row)
    {
        int until = row == _frame.McusHigh - 1 ? _frame.Height : row * _frame.MaxVertical * 8;
        for (; _finished < until; _finished++)
        {
            Write(_finished, _pixels.AsSpan(_finished * _frame.Width * Channels));
        }
    }

    public Image ToImage() =>
        new(_frame.Width, _frame.Height, _space == ColourSpace.Grey ? PixelFormat.Grey : PixelFormat.Rgb, _pixels);

    public void Dispose()
    {
        foreach (SampleRing ring in _rings)
        {
            ring.Dispose();
        }
    }

    // `pixels` is all of the picture from this row on.
    private void Write(int y, Span<byte> pixels)
    {
        Span<byte> row = pixels[..(_frame.Width * Channels)];
        ReadOnlySpan<byte> first = _upsamplers[0].Row(y);
        if (_space == ColourSpace.Grey)
        {
            first[.._frame.Width].CopyTo(row);
            return;
        }

        ReadOnlySpan<byte> second = _upsamplers[1].Row(y);
        ReadOnlySpan<byte> third = _upsamplers[2].Row(y);
        if (_space is ColourSpace.YCbCr or ColourSpace.Ycck)
        {
            bool room = pixels.Length >= _lastRow.Length;
            Span<byte> target = room ? pixels : _lastRow;
            ColourConverter.YCbCrToRgb(first, second, third, _frame.Width, target);
            if (!room)
            {
                target[..row.Length].CopyTo(row);
            }
        }
        else
        {
            ColourConverter.Interleave(first, second, third, row);
        }

        if (_space == ColourSpace.Ycck)
        {
            ColourConverter.Invert(row);
        }

        if (_space is ColourSpace.Ycck or ColourSpace.Cmyk)
        {
            ColourConverter.ApplyKey(_upsamplers[3].Row(y), row);
        }
    }
}
