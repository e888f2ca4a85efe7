using System.Buffers.Binary;

namespace Fovea.Io.Zip;

/// <summary>The cyclic redundancy check of zip and PNG: polynomial 0xEDB88320, eight bytes at a time.</summary>
internal struct Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private static readonly uint[] s_table = BuildTable();
    private uint _inverted;

    /// <summary>The check value of the bytes so far.</summary>
    public readonly uint Value => _inverted;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = default(Crc32);
        crc.Append(bytes);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~_inverted;
        ReadOnlySpan<uint> table = s_table;

        // Slice k of the table advances a byte past k further bytes, so that eight look-ups replace eight dependent steps.
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[7 * 256 + (int)(low & 0xFF)] ^ table[6 * 256 + (int)((low >> 8) & 0xFF)]
                ^ table[5 * 256 + (int)((low >> 16) & 0xFF)] ^ table[4 * 256 + (int)(low >> 24)]
                ^ table[3 * 256 + (int)(high & 0xFF)] ^ table[2 * 256 + (int)((high >> 8) & 0xFF)]
                ^ table[256 + (int)((high >> 16) & 0xFF)] ^ table[(int)(high >> 24)];
        }

        foreach (byte value in bytes)
        {
            crc = (crc >> 8) ^ table[(int)((crc ^ value) & 0xFF)];
        }

        _inverted = ~crc;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
            }

            table[i] = crc;
        }

        for (int i = 256; i < table.Length; i++)
        {
            table[i] = (table[i - 256] >> 8) ^ table[(int)(table[i - 256] & 0xFF)];
        }

        return table;
    }
}
