namespace Fovea.Imaging.Codecs.Netpbm;

/// <summary>Reads the numbers of a Netpbm file: separated by white space, with comments from # to the end of the line.</summary>
internal ref struct NetpbmText(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _text = text;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _text;

    public static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);

    /// <summary>The next number, at most 2^31 − 1.</summary>
    public int Number(string what)
    {
        SkipSpace(what);
        long value = 0;
        int digits = 0;
        for (; digits < _text.Length && char.IsAsciiDigit((char)_text[digits]); digits++)
        {
            value = value * 10 + (_text[digits] - '0');
            if (value > int.MaxValue)
            {
                throw new ImageException(ImageError.Malformed, $"netpbm: the {what} is too large a number.");
            }
        }

        if (digits == 0)
        {
            throw new ImageException(ImageError.Malformed, $"netpbm: expected a number ({what}), got the byte 0x{_text[0]:X2}.");
        }

        _text = _text[digits..];
        return (int)value;
    }

    /// <summary>The next 0 or 1 of a plain bitmap, whose digits need no space between them.</summary>
    public int Digit()
    {
        SkipSpace("pixel");
        int digit = _text[0] - '0';
        if (digit is not (0 or 1))
        {
            throw new ImageException(ImageError.Malformed, $"netpbm: expected a pixel of 0 or 1, got the byte 0x{_text[0]:X2}.");
        }

        _text = _text[1..];
        return digit;
    }

    /// <summary>The binary samples: they begin after exactly one space, for their first byte may look like another.</summary>
    public readonly ReadOnlySpan<byte> AfterOneSpace()
    {
        if (_text.Length == 0 || !IsSpace(_text[0]))
        {
            throw new ImageException(_text.Length == 0 ? ImageError.Truncated : ImageError.Malformed, "netpbm: expected a space between header and samples.");
        }

        return _text[1..];
    }

    private void SkipSpace(string what)
    {
        int at = 0;
        while (at < _text.Length && (IsSpace(_text[at]) || _text[at] == '#'))
        {
            if (_text[at] == '#')
            {
                int line = _text[at..].IndexOfAny((byte)'\n', (byte)'\r');
                at = line < 0 ? _text.Length : at + line;
            }
            else
            {
                at++;
            }
        }

        _text = _text[at..];
        if (_text.IsEmpty)
        {
            throw new ImageException(ImageError.Truncated, $"netpbm: the file ends where the {what} should be.");
        }
    }
}
