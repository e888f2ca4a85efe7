using System.Buffers;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The decoding of one file: follows its markers, and owns what has to be given back.</summary>
internal sealed class JpegSession(JpegDecoderOptions options, ImageLimits limits) : IDisposable
{
    private const long BlocksPerArithmeticByte = 4096, VisitsPerByte = 8;

    private readonly JpegTables _tables = new();
    private JpegFrame? _frame;
    private CoefficientStore? _store;
    private PictureAssembler? _picture;
    private byte[]? _segment;
    private int _scans;
    private long _visits;

    public Image Decode(ReadOnlySpan<byte> data)
    {
        try
        {
            return Read(data);
        }
        catch (ImageException e) when (e.Error == ImageError.Truncated && options.AllowTruncated && _store is not null)
        {
            // Cut off between two scans.
            return Finish(ended: false, data.Length);
        }
    }

    public void Dispose()
    {
        _store?.Dispose();
        _picture?.Dispose();
        if (_segment is not null)
        {
            ArrayPool<byte>.Shared.Return(_segment);
        }
    }

    private Image Read(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith((ReadOnlySpan<byte>)[0xFF, Marker.Soi]))
        {
            throw JpegError.Malformed("expected FF D8 at the start.");
        }

        MarkerReader reader = new(data) { Position = 2 };
        while (true)
        {
            byte marker = reader.Next();
            switch (marker)
            {
                case Marker.None or Marker.Eoi:
                    return Finish(ended: marker == Marker.Eoi, data.Length);
                case Marker.Tem or (>= Marker.Rst0 and <= Marker.Rst7):
                    break;
                case Marker.Soi:
                    throw JpegError.Malformed($"a second picture begins at byte {reader.Position - 2}, before the first is complete.");
                case Marker.Sof0 or Marker.Sof1 or Marker.Sof2 or Marker.Sof9 or Marker.Sof10:
                    BeginFrame(marker, reader.Segment(marker), data.Length);
                    break;
                case >= Marker.Sof0 and <= Marker.Sof15 and not (Marker.Dht or Marker.Jpg or Marker.Dac):
                    throw JpegError.Unsupported($"{FrameKind(marker)} files are not read; save the file as baseline or progressive JPEG.");
                case Marker.Sos:
                    ScanHeader scan = BeginScan(reader.Segment(marker), data.Length);
                    if (ReadScan(scan, ref reader))
                    {
                        return _picture!.ToImage();
                    }

                    break;
                default:
                    _tables.Read(marker, reader.Segment(marker));
                    break;
            }
        }
    }

    private static string FrameKind(byte marker) => marker switch
    {
        0xC3 or 0xCB => "lossless",
        _ => "hierarchical",
    };

    private void BeginFrame(byte marker, ReadOnlySpan<byte> segment, int fileLength)
    {
        if (_frame is not null)
        {
            throw JpegError.Malformed("a second frame header follows the first.");
        }

        JpegFrame frame = JpegFrame.Parse(marker, segment);
        long pixels = (long)frame.Width * frame.Height;
        limits.Check("jpeg", frame.Width, frame.Height, pixels * Math.Min(3, frame.Components.Length));

        // A block takes two bits at the least (one in a progressive file, next to none in a picture of one colour that is
        // arithmetic-coded): a few bytes that claim a huge picture are refused before memory is taken for it.
        long blocks = frame.Components.Sum(c => (long)c.BlocksWide * c.BlocksHigh);
        if (!options.AllowTruncated && blocks > fileLength * (frame.Arithmetic ? BlocksPerArithmeticByte : frame.Progressive ? 8L : 4L))
        {
            throw JpegError.Truncated($"a picture of {frame.Width}x{frame.Height} pixels cannot fit into {fileLength} bytes.");
        }

        _frame = frame;
    }

    private ScanHeader BeginScan(ReadOnlySpan<byte> segment, int fileLength)
    {
        if (_frame is null)
        {
            throw JpegError.Malformed("a scan comes before the frame header.");
        }

        if (++_scans > options.MaxScans)
        {
            throw JpegError.Malformed($"the file holds more than {options.MaxScans} scans; raise JpegDecoderOptions.MaxScans to read it.");
        }

        ScanHeader scan = ScanHeader.Parse(segment, _frame, _tables);
        CheckWork(scan, _frame, fileLength);
        return scan;
    }

    // A scan can say "nothing new" of thousands of blocks in a few bits, so work is bounded by the picture as well as by the file.
    private void CheckWork(in ScanHeader scan, JpegFrame frame, int fileLength)
    {
        _visits += scan.Components.Sum(c => (long)c.BlockCount);
        long budget = Math.Max(1, options.MaxScans / 4) * frame.Components.Sum(c => (long)c.BlockCount) + VisitsPerByte * fileLength;
        if (_visits > budget)
        {
            throw JpegError.Malformed(
                $"the first {_scans} scans visit {_visits} blocks, and {budget} are all that a file of {fileLength} bytes with so many blocks may visit; raise JpegDecoderOptions.MaxScans to read it.");
        }
    }

    // Returns whether the picture is complete.
    private bool ReadScan(in ScanHeader scan, ref MarkerReader reader)
    {
        JpegFrame frame = _frame!;
        bool streams = _store is null && !frame.Progressive && scan.Components.Length == frame.Components.Length;
        _segment ??= ArrayPool<byte>.Shared.Rent(CheckMemory(frame, reader.File.Length + BitReader.Padding, streams));
        if (streams)
        {
            _picture = new PictureAssembler(frame, ColourConverter.Guess(frame, _tables));
        }
        else
        {
            _store ??= new CoefficientStore(frame);
        }

        EntropySource source = new(reader.File, reader.Position, _segment, _tables.RestartInterval, options.AllowTruncated, frame.Arithmetic);
        if (frame.Progressive)
        {
            scan.NoteBits();
        }

        if (frame.Arithmetic)
        {
            ReadArithmetic(ref source, frame, scan, streams);
        }
        else
        {
            ReadHuffman(ref source, frame, scan, streams);
        }

        if (source.Shortage is { } shortage)
        {
            options.OnIncomplete?.Invoke($"scan {_scans}: {shortage}");
        }

        reader.Position = source.End;
        return streams;
    }

    private void ReadHuffman(ref EntropySource source, JpegFrame frame, in ScanHeader scan, bool streams)
    {
        if (streams)
        {
            SequentialScan.Stream(ref source, frame, scan.Components, _picture!, default(HuffmanBlocks));
        }
        else if (frame.Progressive)
        {
            ProgressiveScan.Run(ref source, frame, scan);
        }
        else
        {
            ScanLoop.Run(ref source, frame, scan, default(SequentialScan.Coder<HuffmanBlocks>));
        }
    }

    private void ReadArithmetic(ref EntropySource source, JpegFrame frame, in ScanHeader scan, bool streams)
    {
        // Estimates begin anew with every scan.
        var coding = new ArithmeticCoding(_tables.Arithmetic);
        if (streams)
        {
            SequentialScan.Stream(ref source, frame, scan.Components, _picture!, new ArithmeticBlocks(coding));
        }
        else if (frame.Progressive)
        {
            ArithmeticProgressive.Run(ref source, frame, scan, coding);
        }
        else
        {
            ScanLoop.Run(ref source, frame, scan, new SequentialScan.Coder<ArithmeticBlocks>(new ArithmeticBlocks(coding)));
        }
    }

    private int CheckMemory(JpegFrame frame, int segment, bool streams)
    {
        long bytes = segment + PictureAssembler.Memory(frame);
        if (!streams)
        {
            bytes += CoefficientStore.Memory(frame);
        }

        limits.Check("jpeg", frame.Width, frame.Height, bytes);
        return segment;
    }

    private Image Finish(bool ended, int fileLength)
    {
        if (_frame is null || _store is null)
        {
            throw JpegError.Truncated($"the {(ended ? "end marker" : "end of the file")} comes before any picture data ({fileLength} bytes).");
        }

        string missing = MissingCoefficients.Describe(_frame);
        bool absent = Array.Exists(_frame.Components, c => c.Quant is null);
        if (!options.AllowTruncated && (absent || (!ended && missing.Length > 0)))
        {
            throw JpegError.Truncated($"the file ends after {_scans} scans, before the picture is complete: {missing}.");
        }

        if (options.AllowTruncated && missing.Length > 0)
        {
            options.OnIncomplete?.Invoke($"after {_scans} scans: {missing}.");
        }

        _picture = new PictureAssembler(_frame, ColourConverter.Guess(_frame, _tables));
        _store.Write(_picture);
        return _picture.ToImage();
    }
}
