using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Io;

/// <summary>Brings the bytes of a file into tensors: widening, byte order, and nothing larger than a buffer in between.</summary>
internal static class StoredElements
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>Reads a tensor of consecutive row-major elements.</summary>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    public static void Read(Stream from, StoredType type, bool bigEndian, Tensor to)
    {
        Span<byte> target = to.AsBytes();
        if (IsVerbatim(type, bigEndian))
        {
            from.ReadExactly(target);
            Normalise(type, target);
            return;
        }

        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int size = type.Size();
            int widened = type.Target().Size();
            for (int done = 0; done < to.Elements;)
            {
                int count = Math.Min(to.Elements - done, ChunkBytes / size);
                Span<byte> part = chunk.AsSpan(0, count * size);
                from.ReadExactly(part);
                Decode(part, type, bigEndian, target.Slice(done * widened, count * widened));
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Converts elements of a file, whose bytes lie in <paramref name="from"/>, to those of a tensor.</summary>
    /// <param name="from">The bytes as stored. With <paramref name="bigEndian"/> their order is turned round in place.</param>
    /// <param name="type">What is stored.</param>
    /// <param name="bigEndian">Whether the most significant byte comes first.</param>
    /// <param name="to">As many elements of the type that <see cref="StoredTypes.Target"/> names.</param>
    public static void Decode(Span<byte> from, StoredType type, bool bigEndian, Span<byte> to)
    {
        if (bigEndian)
        {
            Reverse(from, type.Size());
        }

        Decode(from, type, to);
    }

    /// <summary>Converts little-endian elements of a file to those of a tensor.</summary>
    public static void Decode(ReadOnlySpan<byte> from, StoredType type, Span<byte> to)
    {
        switch (type)
        {
            case StoredType.Float16:
                WidenHalf(Cast<Half>(from), Cast<float>(to));
                break;
            case StoredType.BFloat16:
                WidenBFloat(Cast<ushort>(from), Cast<float>(to));
                break;
            case StoredType.Int32:
                Widen(Cast<int>(from), Cast<long>(to));
                break;
            case StoredType.UInt32:
                Widen(Cast<uint>(from), Cast<long>(to));
                break;
            case StoredType.Int16:
                Widen(Cast<short>(from), Cast<long>(to));
                break;
            case StoredType.UInt16:
                Widen(Cast<ushort>(from), Cast<long>(to));
                break;
            case StoredType.Int8:
                Widen(Cast<sbyte>(from), Cast<long>(to));
                break;
            default:
                from.CopyTo(to);
                Normalise(type, to);
                break;
        }
    }

    private static bool IsVerbatim(StoredType type, bool bigEndian) =>
        type.Size() == type.Target().Size() && !(bigEndian && type.Size() > 1);

    // A bool of .NET must be 0 or 1; to the software that wrote the file any other byte means true as well.
    private static void Normalise(StoredType type, Span<byte> values)
    {
        if (type == StoredType.Bool)
        {
            foreach (ref byte value in values)
            {
                value = value == 0 ? (byte)0 : (byte)1;
            }
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> from, Span<long> to)
        where T : IBinaryInteger<T>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = long.CreateChecked(from[i]);
        }
    }

    private static void WidenHalf(ReadOnlySpan<Half> from, Span<float> to)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = (float)from[i];
        }
    }

    // The upper half of a float32 with the lower one cut off.
    private static void WidenBFloat(ReadOnlySpan<ushort> from, Span<float> to)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
        }
    }

    private static void Reverse(Span<byte> values, int size)
    {
        switch (size)
        {
            case 2:
                BinaryPrimitives.ReverseEndianness(Cast<short>(values), Cast<short>(values));
                break;
            case 4:
                BinaryPrimitives.ReverseEndianness(Cast<int>(values), Cast<int>(values));
                break;
            case 8:
                BinaryPrimitives.ReverseEndianness(Cast<long>(values), Cast<long>(values));
                break;
        }
    }

    private static Span<T> Cast<T>(Span<byte> bytes)
        where T : struct => MemoryMarshal.Cast<byte, T>(bytes);

    private static ReadOnlySpan<T> Cast<T>(ReadOnlySpan<byte> bytes)
        where T : struct => MemoryMarshal.Cast<byte, T>(bytes);
}
