namespace Fovea.Testing.Mutating;

/// <summary>The CRC-32 of zip, gzip and PNG, bit by bit: what the libraries compute faster must be the same.</summary>
public static class Checksums
{
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
