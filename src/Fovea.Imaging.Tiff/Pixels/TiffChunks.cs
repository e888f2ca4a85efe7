using BitMiracle.LibTiff.Classic;

namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>
/// Unpacks strips and tiles with LibTiff.NET, of a directory that <see cref="TiffLayout"/> has checked: what the library is told to read lies in the file,
/// and has the sizes that memory was counted for.
/// </summary>
internal sealed class TiffChunks : IDisposable
{
    private readonly BitMiracle.LibTiff.Classic.Tiff _tiff;
    private readonly TiffLayout _layout;
    private readonly TiffMessages _messages;
    private readonly byte[] _bytes;

    private TiffChunks(BitMiracle.LibTiff.Classic.Tiff tiff, TiffLayout layout, TiffMessages messages)
    {
        (_tiff, _layout, _messages) = (tiff, layout, messages);
        _bytes = new byte[Memory(layout)];
    }

    /// <summary>Bytes that one unpacked strip or tile takes.</summary>
    public static long Memory(TiffLayout layout) => layout.RowBytes * layout.ChunkHeight;

    /// <summary>Opens a page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layout">The page, checked.</param>
    /// <exception cref="ImageException">The library refuses the file.</exception>
    public static TiffChunks Open(Stream file, TiffLayout layout)
    {
        var messages = new TiffMessages();
        return Guarded(messages, () =>
        {
            // The library reads from where the stream stands.
            file.Position = 0;

            // h: no directory is read but the one that is asked for; c: strips are those of the file.
            var tiff = BitMiracle.LibTiff.Classic.Tiff.ClientOpen("tiff", "rhc", messages, new Source(file));
            if (tiff is null || !tiff.SetSubDirectory(layout.At))
            {
                tiff?.Dispose();
                throw TiffError.Malformed(messages.First ?? "the directory of the picture cannot be read.");
            }

            return new TiffChunks(tiff, layout, messages);
        });
    }

    /// <summary>The bytes of a strip or tile, 16-bit samples in the machine's own order.</summary>
    /// <param name="index">Its place in the file's list.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <exception cref="ImageException">It is damaged.</exception>
    public ReadOnlySpan<byte> Read(int index, int rows)
    {
        int wanted = checked((int)(_layout.RowBytes * rows));
        int got = Guarded(_messages, () => _layout.IsTiled
            ? _tiff.ReadEncodedTile(index, _bytes, 0, wanted)
            : _tiff.ReadEncodedStrip(index, _bytes, 0, wanted));
        return got == wanted && _messages.First is null ? _bytes.AsSpan(0, wanted)
            : throw TiffError.Malformed($"{(_layout.IsTiled ? "tile" : "strip")} {index} cannot be unpacked: {_messages.First ?? $"expected {wanted} bytes, got {got}."}");
    }

    public void Dispose() => _tiff.Dispose();

    // The library answers damage with whatever its arrays and numbers throw, and its list of these is not written anywhere.
    private static T Guarded<T>(TiffMessages messages, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (ImageException or OutOfMemoryException or IOException { InnerException: null } and not EndOfStreamException))
        {
            throw new ImageException(ImageError.Malformed, $"tiff: the data are damaged: {messages.First ?? e.Message}", e);
        }
    }

    // The stream is the caller's and stays open.
    private sealed class Source(Stream stream) : TiffStream
    {
        public override int Read(object clientData, byte[] buffer, int offset, int count) => stream.ReadAtLeast(buffer.AsSpan(offset, count), count, throwOnEndOfStream: false);

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException("tiff: files are only read.");

        public override long Seek(object clientData, long offset, SeekOrigin origin) =>
            origin == SeekOrigin.Begin && (offset < 0 || offset > stream.Length) ? -1 : stream.Seek(offset, origin);

        public override void Close(object clientData)
        {
        }

        public override long Size(object clientData) => stream.Length;
    }
}
