using System.IO.Hashing;

namespace Fovea.Io.Zip;

/// <summary>The content of a zip entry, held to the length and the check value that the directory states.</summary>
internal sealed class ZipEntryStream(Stream content, ZipEntry entry, Func<string, DataFormatException> error) : ForwardStream
{
    private long _done;
    private readonly Crc32 _crc = new();

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, entry.Bytes - _done);
        if (wanted == 0)
        {
            return 0;
        }

        int read;
        try
        {
            read = content.Read(buffer[..wanted]);
        }
        catch (InvalidDataException inner)
        {
            throw error($"the zip entry '{ErrorText.Of(entry.Name)}' cannot be unpacked: {inner.Message}");
        }

        if (read == 0)
        {
            throw error($"the zip entry '{ErrorText.Of(entry.Name)}' holds {_done} bytes instead of {entry.Bytes}");
        }

        _crc.Append(buffer[..read]);
        _done += read;
        return _done < entry.Bytes || _crc.GetCurrentHashAsUInt32() == entry.Crc
            ? read
            : throw error($"the zip entry '{ErrorText.Of(entry.Name)}' is damaged: its check value is {_crc.GetCurrentHashAsUInt32():x8} instead of {entry.Crc:x8}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
