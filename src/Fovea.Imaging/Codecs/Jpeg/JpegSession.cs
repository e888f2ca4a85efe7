using System.Buffers;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The decoding of one file: follows its markers, and owns what has to be given back.</summary>
internal sealed class JpegSession(JpegDecoderOptions options, ImageLimits limits) : IDisposable
{
    private readonly JpegTables _tables = new();
    private JpegFrame? _frame;
    private CoefficientStore? _store;
    private PictureAssembler? _picture;
    private byte[]? _segment;
    private int _scans;

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
                case Marker.Sof0 or Marker.Sof1 or Marker.Sof2:
                    BeginFrame(marker, reader.Segment(marker), data.Length);
                    break;
                case >= Marker.Sof0 and <= Marker.Sof15 and not (Marker.Dht or Marker.Jpg or Marker.Dac):
                    throw JpegError.Unsupported($"{FrameKind(marker)} files are not read; save the file as baseline or progressive JPEG.");
                case Marker.Sos:
                    ScanHeader scan = BeginScan(reader.Segment(marker));
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
        >= 0xC9 => "arithmetic-coded",
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

        // A block takes two bits at the least (one in a progressive file): a few bytes that claim a huge picture are refused
        // before memory is taken for it.
        long blocks = frame.Components.Sum(c => (long)c.BlocksWide * c.BlocksHigh);
        if (!options.AllowTruncated && blocks * (frame.Progressive ? 1 : 2) > fileLength * 8L)
        {
            throw JpegError.Truncated($"a picture of {frame.Width}x{frame.Height} pixels cannot fit into {fileLength} bytes.");
        }

        _frame = frame;
    }

    private ScanHeader BeginScan(ReadOnlySpan<byte> segment)
    {
        if (_frame is null)
        {
            throw JpegError.Malformed("a scan comes before the frame header.");
        }

        if (++_scans > options.MaxScans)
        {
            throw JpegError.Malformed($"the file holds more than {options.MaxScans} scans; raise JpegDecoderOptions.MaxScans to read it.");
        }

        return ScanHeader.Parse(segment, _frame, _tables);
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

        EntropySource source = new(reader.File, reader.Position, _segment, _tables.RestartInterval, options.AllowTruncated);
        if (streams)
        {
            SequentialScan.Stream(ref source, frame, scan.Components, _picture!);
            return true;
        }

        if (frame.Progressive)
        {
            scan.NoteBits();
            ProgressiveScan.Run(ref source, frame, scan);
        }
        else
        {
            ScanLoop.Run(ref source, frame, scan, default(SequentialScan.Coder));
        }

        reader.Position = source.End;
        return false;
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

        JpegComponent? missing = Array.Find(_frame.Components, c => c.Quant is null);
        bool partial = !ended && Array.Exists(_frame.Components, c => c.MissingBits is not null && c.MissingBits.AsSpan().IndexOfAnyExcept((sbyte)0) >= 0);
        if (!options.AllowTruncated && (missing is not null || partial))
        {
            throw JpegError.Truncated($"the file ends after {_scans} scans, before the picture is complete.");
        }

        _picture = new PictureAssembler(_frame, ColourConverter.Guess(_frame, _tables));
        _store.Write(_picture);
        return _picture.ToImage();
    }
}
