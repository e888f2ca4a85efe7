namespace Fovea.Io.Zip;

/// <summary>Signatures and sizes of the zip format's records, as PKWARE's APPNOTE 6.3 lays them out.</summary>
internal static class ZipFormat
{
    public const uint LocalHeader = 0x04034B50;
    public const int LocalHeaderBytes = 30;
    public const uint CentralHeader = 0x02014B50;
    public const int CentralHeaderBytes = 46;
    public const uint End = 0x06054B50;
    public const int EndBytes = 22;
    public const uint End64 = 0x06064B50;
    public const int End64Bytes = 56;
    public const uint Locator64 = 0x07064B50;
    public const int Locator64Bytes = 20;
    public const ushort Stored = 0;
    public const ushort Deflated = 8;
    public const ushort Zip64Extra = 1;
    public const ushort FlagEncrypted = 1;
    public const ushort FlagUtf8 = 1 << 11;

    /// <summary>A method of packing as messages print it: <c>12 (bzip2)</c>.</summary>
    public static string MethodName(ushort method) => method switch
    {
        1 => "1 (shrink)",
        6 => "6 (implode)",
        9 => "9 (Deflate64)",
        12 => "12 (bzip2)",
        14 => "14 (LZMA)",
        93 => "93 (Zstandard)",
        95 => "95 (xz)",
        99 => "99 (AES encryption)",
        _ => $"{method}",
    };

    /// <summary>The 1st of January 1980, the first day that zip knows: files do not depend on when they were written.</summary>
    public const ushort Date = 0x0021;
}

/// <summary>One file in a zip archive.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Method">Stored or deflated.</param>
/// <param name="Crc">The check value of its content.</param>
/// <param name="PackedBytes">Bytes in the archive.</param>
/// <param name="Bytes">Bytes of its content.</param>
/// <param name="HeaderAt">Where its local header lies.</param>
internal sealed record ZipEntry(string Name, ushort Method, uint Crc, long PackedBytes, long Bytes, long HeaderAt);
