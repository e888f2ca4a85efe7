namespace Fovea.Imaging.Codecs.Netpbm;

/// <summary>Reads the samples of a Netpbm file row by row, as they are stored; of bitmaps 1 for white.</summary>
internal ref struct NetpbmSamples(NetpbmHeader header)
{
    private readonly NetpbmHeader _header = header;
    private NetpbmText _text = new(header.Body);
    private ReadOnlySpan<byte> _binary = header.Body;

    /// <summary>The next row.</summary>
    /// <param name="row">Receives its samples; the header says how many there are.</param>
    public void ReadRow(Span<ushort> row)
    {
        if (_header.Kind == 4)
        {
            ReadBits(row);
        }
        else if (_header.Kind <= 3)
        {
            ReadText(row);
        }
        else
        {
            ReadBinary(row, _header.Maximum > byte.MaxValue ? 2 : 1);
        }
    }

    private void ReadBits(Span<ushort> row)
    {
        for (int x = 0; x < row.Length; x++)
        {
            row[x] = (ushort)(~_binary[x >> 3] >> (7 - (x & 7)) & 1);
        }

        _binary = _binary[((row.Length + 7) / 8)..];
    }

    private void ReadText(Span<ushort> row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = (ushort)(_header.IsBitmap ? 1 - _text.Digit() : Math.Min(_text.Number("sample"), ushort.MaxValue));
        }
    }

    private void ReadBinary(Span<ushort> row, int bytes)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = bytes == 1 ? _binary[i] : (ushort)(_binary[2 * i] << 8 | _binary[2 * i + 1]);
        }

        _binary = _binary[(row.Length * bytes)..];
    }
}
