using System.Numerics;

namespace Fovea;

/// <summary>Copies values between element types: floats to integers truncate and saturate, anything but zero is true.</summary>
internal static class DTypeConversion
{
    public static void Copy(Tensor from, Tensor to)
    {
        if (from.DType == to.DType)
        {
            CopyAlike(from, to);
        }
        else
        {
            CopyConverted(from, to);
        }

        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }

    private static void CopyConverted(Tensor from, Tensor to)
    {
        switch (from.DType)
        {
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
