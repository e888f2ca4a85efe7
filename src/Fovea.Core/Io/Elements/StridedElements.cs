using System.Runtime.InteropServices;

namespace Fovea.Io;

/// <summary>Gathers the elements of a strided view into row-major order.</summary>
internal static class StridedElements
{
    /// <summary>Copies a view. The caller has checked that every element lies in the storage.</summary>
    /// <param name="storage">Elements of <paramref name="type"/>, little- or big-endian.</param>
    /// <param name="offset">The index of the view's first element.</param>
    /// <param name="strides">How many elements apart the neighbours along each axis lie.</param>
    /// <param name="type">What is stored.</param>
    /// <param name="bigEndian">The byte order.</param>
    /// <param name="to">The tensor to fill, of the view's shape.</param>
    public static void Read(
        ReadOnlySpan<byte> storage, long offset, ReadOnlySpan<long> strides, StoredType type, bool bigEndian, Tensor to)
    {
        if (to.Elements == 0)
        {
            return;
        }

        using Tensor gathered = ScratchBytes.Of((long)to.Elements * type.Size());
        Span<byte> target = gathered.AsBytes();
        switch (type.Size())
        {
            case 1:
                Gather(storage, offset, to.Shape.Lengths, strides, target);
                break;
            case 2:
                Gather(Cast<ushort>(storage), offset, to.Shape.Lengths, strides, MemoryMarshal.Cast<byte, ushort>(target));
                break;
            case 4:
                Gather(Cast<uint>(storage), offset, to.Shape.Lengths, strides, MemoryMarshal.Cast<byte, uint>(target));
                break;
            default:
                Gather(Cast<ulong>(storage), offset, to.Shape.Lengths, strides, MemoryMarshal.Cast<byte, ulong>(target));
                break;
        }

        StoredElements.Decode(target, type, bigEndian, to.AsBytes());
    }

    /// <summary>The strides of a dense tensor: row-major, or column-major as Fortran has it.</summary>
    public static long[] Dense(ReadOnlySpan<int> lengths, bool columnMajor = false)
    {
        long[] strides = new long[lengths.Length];
        long step = 1;
        for (int i = 0; i < lengths.Length; i++)
        {
            int axis = columnMajor ? i : lengths.Length - 1 - i;
            strides[axis] = step;
            step *= lengths[axis];
        }

        return strides;
    }

    /// <summary>Whether a view of the given strides is row-major and dense. Axes of length 1 may have any stride.</summary>
    public static bool IsDense(ReadOnlySpan<int> lengths, ReadOnlySpan<long> strides)
    {
        long step = 1;
        for (int i = lengths.Length - 1; i >= 0; i--)
        {
            if (lengths[i] != 1 && strides[i] != step)
            {
                return false;
            }

            step *= lengths[i];
        }

        return true;
    }

    private static void Gather<T>(ReadOnlySpan<T> storage, long offset, ReadOnlySpan<int> lengths, ReadOnlySpan<long> strides, Span<T> to)
    {
        int inner = lengths.Length == 0 ? 1 : lengths[^1];
        long step = lengths.Length == 0 ? 0 : strides[^1];
        Span<int> index = stackalloc int[lengths.Length];
        index.Clear();
        for (int done = 0; done < to.Length; done += inner)
        {
            for (int i = 0; i < inner; i++)
            {
                to[done + i] = storage[(int)(offset + i * step)];
            }

            // The next row: count the outer axes up like an odometer.
            for (int axis = lengths.Length - 2; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++index[axis] < lengths[axis])
                {
                    break;
                }

                offset -= strides[axis] * lengths[axis];
                index[axis] = 0;
            }
        }
    }

    private static ReadOnlySpan<T> Cast<T>(ReadOnlySpan<byte> bytes)
        where T : struct => MemoryMarshal.Cast<byte, T>(bytes);
}
