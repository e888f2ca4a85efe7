using System.Buffers.Binary;
using System.Numerics;

namespace Fovea.Training;

/// <summary>The cyclic redundancy check with Castagnoli's polynomial, as TensorBoard's event files use it.</summary>
internal static class Crc32C
{
    /// <summary>The check of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    /// <summary>The check as event files store it: rotated and shifted, so that a check over bytes that hold checks stays one.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Of(bytes);
        return BitOperations.RotateRight(crc, 15) + 0xa282ead8;
    }
}
