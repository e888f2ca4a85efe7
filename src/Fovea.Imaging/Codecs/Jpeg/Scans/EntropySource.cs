namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The entropy-coded data of one scan: cuts them into the segments between restart markers, takes the stuffing out, counts
/// coded units, and decides what happens when a segment ends too early.
/// </summary>
internal ref struct EntropySource
{
    /// <summary>The bits of the current segment.</summary>
    public BitReader Bits;

    private readonly ReadOnlySpan<byte> _file;
    private readonly Span<byte> _buffer;
    private readonly int _interval;
    private readonly bool _allowTruncated;
    private readonly bool _arithmetic;
    private int _after;
    private byte _marker;
    private int _unitsToRestart;
    private int _nextRestart;
    private bool _exhausted;

    /// <summary>Starts at the first byte behind a scan header.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="position">The first byte of the data.</param>
    /// <param name="buffer">Room for the file and <see cref="BitReader.Padding"/> bytes.</param>
    /// <param name="interval">Coded units between restarts, 0 for none.</param>
    /// <param name="allowTruncated">Whether data that end early are filled up with grey.</param>
    /// <param name="arithmetic">Whether zeros may have been left out at the end of a segment, as arithmetic encoders do.</param>
    public EntropySource(ReadOnlySpan<byte> file, int position, Span<byte> buffer, int interval, bool allowTruncated, bool arithmetic)
    {
        _file = file;
        _buffer = buffer;
        _interval = interval;
        _allowTruncated = allowTruncated;
        _arithmetic = arithmetic;
        _unitsToRestart = interval;
        _after = position;
        NextSegment();
    }

    /// <summary>Where the data of the scan ended too early, the first time that they did; null if they did not.</summary>
    public string? Shortage { get; private set; }

    /// <summary>Where the marker begins that ended the current segment; the length of the file if none did.</summary>
    public readonly int End => _marker == Marker.None ? _file.Length : _after - 2;

    /// <summary>
    /// Begins a coded unit. <paramref name="restarted"/> says whether predictions start anew. Returns false if its data are
    /// missing, so that its blocks stay zero.
    /// </summary>
    public bool BeginUnit(out bool restarted)
    {
        restarted = false;
        if (_interval > 0)
        {
            if (_unitsToRestart == 0)
            {
                Restart();
                _unitsToRestart = _interval;
                restarted = true;
            }

            _unitsToRestart--;
        }

        return !_exhausted;
    }

    /// <summary>Ends a coded unit: notices when it used more bits than there were.</summary>
    public void EndUnit()
    {
        if (!_exhausted && Bits.IsOverrun(_arithmetic ? ZerosLeftOut : 0))
        {
            // Where nobody minds, libjpeg decodes on from zeros.
            _exhausted = !_arithmetic;
            if (_interval == 0 || !Marker.IsRestart(_marker))
            {
                RefuseTruncated();
            }
        }
    }

    // An arithmetic decoder reads some bytes ahead, and a picture of one colour is zeros to its end: less than a bit in ten thousand
    // blocks. More than this are lost data. Where the file ends without a marker there is no such doubt.
    private readonly int ZerosLeftOut => _marker == Marker.None ? 4 : 64;

    // What to do when the marker is not the restart that is due is libjpeg's heuristic: one of the last two restarts is
    // skipped over, one of the next two means that this interval was lost, and anything farther away is taken for a damaged
    // marker of the right kind.
    private void Restart()
    {
        int due = _nextRestart;
        _nextRestart = (_nextRestart + 1) & 7;
        while (_marker != Marker.None)
        {
            if (_marker < Marker.Sof0)
            {
                FindMarker();
                continue;
            }

            int ahead = (_marker - Marker.Rst0 - due) & 7;
            if (!Marker.IsRestart(_marker) || ahead is 1 or 2)
            {
                break;
            }

            if (ahead is 6 or 7)
            {
                FindMarker();
                continue;
            }

            NextSegment();
            _exhausted = false;
            return;
        }

        if (!Marker.IsRestart(_marker))
        {
            RefuseTruncated();
        }

        _buffer[..BitReader.Padding].Clear();
        Bits.Start(_buffer[..BitReader.Padding]);
    }

    private void RefuseTruncated()
    {
        Shortage ??= _marker == Marker.None
            ? $"the file ends after {_file.Length} bytes, before the picture is complete."
            : $"marker {_marker:X2} at byte {End} comes before the picture is complete.";
        if (!_allowTruncated)
        {
            throw JpegError.Truncated(Shortage);
        }
    }

    private void FindMarker()
    {
        MarkerReader reader = new(_file) { Position = _after };
        _marker = reader.Next();
        _after = reader.Position;
    }

    private void NextSegment()
    {
        int length = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = _file[_after..];
            int plain = rest.IndexOf((byte)0xFF);
            if (plain < 0)
            {
                plain = rest.Length;
            }

            rest[..plain].CopyTo(_buffer[length..]);
            length += plain;
            int next = plain;
            while (next < rest.Length && rest[next] == 0xFF)
            {
                next++;
            }

            _after += Math.Min(next + 1, rest.Length);
            if (next == rest.Length)
            {
                _marker = Marker.None;
                break;
            }

            if (rest[next] != 0)
            {
                _marker = rest[next];
                break;
            }

            _buffer[length++] = 0xFF;
        }

        _buffer.Slice(length, BitReader.Padding).Clear();
        Bits.Start(_buffer[..(length + BitReader.Padding)]);
    }
}
