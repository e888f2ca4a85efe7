using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Fovea.Io;

/// <summary>The head of a .npy file: the element type, the order of the axes, the shape.</summary>
internal sealed record NpyHeader(StoredType Type, bool IsBigEndian, bool IsColumnMajor, Shape Shape)
{
    private const int Alignment = 64;
    private const int MaxBytes = ushort.MaxValue;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a head and leaves the stream at the first element.</summary>
    public static NpyHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[8];
        Fill(stream, start);
        if (!start.StartsWith(Magic))
        {
            throw new NpyException("the file does not start with \\x93NUMPY; is it a .npy file?");
        }

        int version = start[6];
        if (version is < 1 or > 3)
        {
            throw new NpyException($"the format has the version {version}.{start[7]}; expected 1 to 3");
        }

        Span<byte> length = stackalloc byte[4];
        length.Clear();
        Fill(stream, length[..(version == 1 ? 2 : 4)]);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (bytes > MaxBytes)
        {
            throw new NpyException($"the header claims {bytes:N0} bytes; at most {MaxBytes:N0} are allowed");
        }

        byte[] text = new byte[bytes];
        Fill(stream, text);
        return new NpyLiteral(Encoding.UTF8.GetString(text)).Read();
    }

    /// <summary>The head of a tensor's file, padded so that the elements are aligned.</summary>
    public static byte[] Of(Tensor tensor)
    {
        string descr = tensor.DType switch
        {
            DType.Float32 => "<f4",
            DType.Float64 => "<f8",
            DType.Int64 => "<i8",
            DType.UInt8 => "|u1",
            DType.Bool => "|b1",
            DType.Float16 => "<f2",
            DType.Int8 => "|i1",
            _ => throw new DTypeException("Npy", "a type that NumPy has", tensor.DType.ToString()),
        };
        string lengths = string.Concat(tensor.Shape.Select(n => string.Create(CultureInfo.InvariantCulture, $"{n}, ")));
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({(tensor.Rank == 1 ? lengths.TrimEnd() : lengths.TrimEnd(',', ' '))}), }}";
        int prefix = Magic.Length + 4;
        int total = (prefix + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[total];
        Magic.CopyTo(header);
        header[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length + 2), (ushort)(total - prefix));
        header.AsSpan(prefix).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, header.AsSpan(prefix));
        header[^1] = (byte)'\n';
        return header;
    }

    private static void Fill(Stream stream, Span<byte> buffer)
    {
        if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
        {
            throw new NpyException("the header is cut off");
        }
    }
}
