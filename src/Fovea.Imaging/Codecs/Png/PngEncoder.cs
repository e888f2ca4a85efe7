using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// Writes PNG: 8 bits a sample, colour type after the picture's format, each row with the filter that leaves the smallest differences.
/// The result depends on the picture alone, so equal pictures give equal files.
/// </summary>
public static class PngEncoder
{
    /// <summary>Encodes a picture.</summary>
    /// <param name="image">The picture, of any format.</param>
    /// <param name="level">How hard zlib tries.</param>
    /// <returns>The file's bytes.</returns>
    public static byte[] Encode(Image image, CompressionLevel level = CompressionLevel.Optimal)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var file = new MemoryStream();
        file.Write(PngFile.Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;
        header[9] = (byte)(image.Format switch
        {
            PixelFormat.Grey => PngColor.Grey,
            PixelFormat.GreyAlpha => PngColor.GreyAlpha,
            PixelFormat.Rgb => PngColor.Rgb,
            _ => PngColor.Rgba,
        });
        header[10..].Clear();
        WriteChunk(file, "IHDR"u8, header);

        using var rows = new MemoryStream();
        using (var deflater = new ZLibStream(rows, level, leaveOpen: true))
        {
            WriteRows(deflater, image);
        }

        WriteChunk(file, "IDAT"u8, rows.GetBuffer().AsSpan(0, (int)rows.Length));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Encodes a picture into a file, replacing one that is there.</summary>
    /// <param name="path">Where to write.</param>
    /// <param name="image">The picture, of any format.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Image image) => File.WriteAllBytes(path, Encode(image));

    private static void WriteRows(Stream deflater, Image image)
    {
        int length = image.Width * image.Channels;
        var chooser = new PngFilterChooser(length, image.Channels);
        ReadOnlySpan<byte> above = new byte[length];
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Row(y);
            deflater.Write(chooser.Choose(row, above));
            above = row;
        }
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, body.Length);
        file.Write(word);
        file.Write(type);
        file.Write(body);
        var check = new Crc32();
        check.Append(type);
        check.Append(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, check.GetCurrentHashAsUInt32());
        file.Write(word);
    }
}
