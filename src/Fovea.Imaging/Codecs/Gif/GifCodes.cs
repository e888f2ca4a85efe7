namespace Fovea.Imaging.Codecs.Gif;

/// <summary>
/// Unpacks GIF's variable-length LZW. A string of the table is a string that was written with the pixel behind it, so the table keeps where in the
/// picture it stands instead of its pixels: unpacking copies from the picture to itself.
/// </summary>
internal static class GifCodes
{
    private const int MostBits = 12;

    /// <summary>Fills a frame.</summary>
    /// <param name="data">The blocks of codes, each behind its length, up to one of length 0.</param>
    /// <param name="bits">Bits of an index, 1 to 8.</param>
    /// <param name="pixels">As many indices as the frame has.</param>
    /// <exception cref="ImageException">The codes end before the frame is full, or one of them stands for nothing.</exception>
    public static void Expand(ReadOnlySpan<byte> data, int bits, Span<byte> pixels)
    {
        Span<int> starts = stackalloc int[1 << MostBits], lengths = stackalloc int[1 << MostBits];
        int clear = 1 << bits, next = clear + 2, size = bits + 1;
        int done = 0, previous = 0, previousLength = 0;
        var reader = new Reader(data);
        while (done < pixels.Length)
        {
            int code = reader.Next(size);
            if (code == clear)
            {
                (next, size, previousLength) = (clear + 2, bits + 1, 0);
                continue;
            }

            if (code < 0 || code == clear + 1)
            {
                throw new ImageException(ImageError.Truncated, $"gif: the codes end at pixel {done} of {pixels.Length}.");
            }

            int start = done, length = 1;
            if (code < clear)
            {
                pixels[done++] = (byte)code;
            }
            else if (previousLength == 0 || code > next)
            {
                throw new ImageException(ImageError.Malformed, $"gif: code {code} at pixel {done} stands for nothing; the table ends at {next}.");
            }
            else
            {
                // The string that is just being entered is the previous one and, behind it, its own first pixel.
                bool isNew = code == next;
                (int from, length) = isNew ? (previous, previousLength + 1) : (starts[code], lengths[code]);
                int room = Math.Min(length, pixels.Length - done), known = isNew ? Math.Min(room, previousLength) : room;
                pixels.Slice(from, known).CopyTo(pixels[done..]);
                if (room > known)
                {
                    pixels[done + known] = pixels[from];
                }

                done += room;
            }

            if (previousLength > 0 && next < 1 << MostBits)
            {
                (starts[next], lengths[next]) = (previous, previousLength + 1);
                next++;
                size = next == 1 << size && size < MostBits ? size + 1 : size;
            }

            (previous, previousLength) = (start, length);
        }
    }

    /// <summary>Codes from the least significant bit on, over the blocks' ends.</summary>
    private ref struct Reader(ReadOnlySpan<byte> data)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private int _at;
        private int _left;
        private int _bits;
        private int _count;

        /// <summary>The next code, or −1 where the data end.</summary>
        public int Next(int size)
        {
            while (_count < size)
            {
                if (_left == 0)
                {
                    _left = _at < _data.Length ? _data[_at++] : 0;
                }

                if (_left == 0 || _at == _data.Length)
                {
                    return -1;
                }

                _bits |= _data[_at++] << _count;
                _count += 8;
                _left--;
            }

            int code = _bits & ((1 << size) - 1);
            _bits >>= size;
            _count -= size;
            return code;
        }
    }
}
