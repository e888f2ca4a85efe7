using System.Numerics;

namespace Fovea;

/// <summary>
/// Copies values between element types: floats to integers truncate and saturate, anything but zero is true. Narrower floats are rounded to
/// the nearest, ties to even; Float64 becomes BFloat16 by way of Float32.
/// </summary>
internal static class DTypeConversion
{
    public static void Copy(Tensor from, Tensor to)
    {
        if (from.DType == to.DType)
        {
            CopyAlike(from, to);
        }
        else if (from.DType == DType.BFloat16 || to.DType == DType.BFloat16)
        {
            CopyBFloat(from, to);
        }
        else
        {
            CopyConverted(from, to);
        }

        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }

    /// <summary>A Float32 rounded to the nearest BFloat16, ties to even; NaN stays NaN.</summary>
    internal static ushort Narrow(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    // .NET has no type for it: Float32 stands between it and all others.
    private static void CopyBFloat(Tensor from, Tensor to)
    {
        Tensor? wide = null;
        if (from.DType == DType.BFloat16)
        {
            Tensor target = to.DType == DType.Float32 ? to : wide = Wide(from.Shape);
            ReadOnlySpan<ushort> stored = from.Storage.AsSpan<ushort>(from.Elements);
            Span<float> values = target.AsSpan<float>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
            }

            if (wide is not null)
            {
                Copy(wide, to);
            }
        }
        else
        {
            Tensor source = from;
            if (from.DType != DType.Float32)
            {
                Copy(from, source = wide = Wide(from.Shape));
            }

            ReadOnlySpan<float> values = source.AsSpan<float>();
            Span<ushort> stored = to.Storage.AsSpan<ushort>(to.Elements);
            for (int i = 0; i < stored.Length; i++)
            {
                stored[i] = Narrow(values[i]);
            }
        }

        wide?.Dispose();
    }

    private static Tensor Wide(Shape shape) => new(shape, DType.Float32, new Storage((long)shape.Elements * sizeof(float)), owned: false);

    private static void CopyConverted(Tensor from, Tensor to)
    {
        switch (from.DType)
        {
            case DType.Float16:
                Write<Half>(from.AsSpan<Half>(), to);
                break;
            case DType.Int8:
                Write<sbyte>(from.AsSpan<sbyte>(), to);
                break;
            case DType.Float32:
                Write<float>(from.AsSpan<float>(), to);
                break;
            case DType.Float64:
                Write<double>(from.AsSpan<double>(), to);
                break;
            case DType.Int64:
                Write<long>(from.AsSpan<long>(), to);
                break;
            default:
                // A bool is a byte of 0 or 1.
                Write<byte>(from.AsBytes(), to);
                break;
        }
    }

    // Not as bytes: a span holds 2³¹ − 1 of them, fewer than a large tensor has.
    private static void CopyAlike(Tensor from, Tensor to)
    {
        switch (from.DType)
        {
            case DType.Float32:
                from.AsSpan<float>().CopyTo(to.AsSpan<float>());
                break;
            case DType.Float64:
                from.AsSpan<double>().CopyTo(to.AsSpan<double>());
                break;
            case DType.Int64:
                from.AsSpan<long>().CopyTo(to.AsSpan<long>());
                break;
            case DType.Float16 or DType.BFloat16:
                from.Storage.AsSpan<ushort>(from.Elements).CopyTo(to.Storage.AsSpan<ushort>(to.Elements));
                break;
            default:
                from.AsBytes().CopyTo(to.AsBytes());
                break;
        }
    }

    private static void Write<T>(ReadOnlySpan<T> from, Tensor to)
        where T : unmanaged, INumber<T>
    {
        switch (to.DType)
        {
            case DType.Float32:
                Convert(from, to.AsSpan<float>());
                break;
            case DType.Float64:
                Convert(from, to.AsSpan<double>());
                break;
            case DType.Int64:
                Convert(from, to.AsSpan<long>());
                break;
            case DType.UInt8:
                Convert(from, to.AsSpan<byte>());
                break;
            case DType.Float16:
                Convert(from, to.AsSpan<Half>());
                break;
            case DType.Int8:
                Convert(from, to.AsSpan<sbyte>());
                break;
            default:
                Convert(from, to.AsSpan<bool>());
                break;
        }
    }

    public static void Convert<T>(ReadOnlySpan<T> from, Span<bool> to)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[i] != T.Zero;
        }
    }

    public static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = TTo.CreateSaturating(from[i]);
        }
    }
}
