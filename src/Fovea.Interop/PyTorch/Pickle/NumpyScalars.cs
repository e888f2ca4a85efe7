using System.Buffers.Binary;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>NumPy's numbers in a pickle, such as the best accuracy so far that many training scripts save. Arrays are inert.</summary>
internal static class NumpyScalars
{
    /// <summary><c>_codecs.encode(text, 'latin1')</c>: how protocol 2 spells bytes.</summary>
    public static PickleValue Latin1(PickleArguments arguments)
    {
        string text = arguments.Expect(2, 2).Text(0);
        return arguments.Text(1) is "latin1" or "latin-1" && !text.AsSpan().ContainsAnyExceptInRange('\0', '\xFF')
            ? new PickleBytes(Encoding.Latin1.GetBytes(text))
            : new PickleObject(arguments.Function);
    }

    /// <summary><c>numpy.dtype(code, align, copy)</c>.</summary>
    public static PickleValue Type(PickleArguments arguments) =>
        new PickleNumpyType(ErrorText.Of(arguments.Expect(1, 3).Text(0)));

    /// <summary>The state of a <c>numpy.dtype</c>: a tuple whose second item is the byte order.</summary>
    public static void Build(PickleNumpyType type, PickleValue state)
    {
        if (state is not PickleSequence { Items: [_, PickleText { Value: "<" or ">" or "|" or "=" } order, ..] })
        {
            throw new PickleException($"{type.Kind} expects a state with a byte order");
        }

        type.IsBigEndian = order.Value == ">";
    }

    /// <summary><c>numpy.core.multiarray.scalar(dtype, bytes)</c>: a number or, of another type (text, dates, complex), an inert object.</summary>
    public static PickleValue Scalar(PickleArguments arguments)
    {
        PickleNumpyType type = arguments.Expect(2, 2).At<PickleNumpyType>(0, "a numpy.dtype");

        // Python 2 has no type for bytes.
        PickleValue stored = arguments.At<PickleValue>(1, "bytes");
        int length = stored is PickleText { Value.Length: var characters } ? characters : stored is PickleBytes { Value.Length: var count } ? count : 0;
        if (length is 0 or > sizeof(double))
        {
            return new PickleObject(type.Kind);
        }

        byte[] bytes = stored is PickleText text ? Encoding.Latin1.GetBytes(text.Value) : ((PickleBytes)stored).Value.ToArray();
        if (type.IsBigEndian)
        {
            Array.Reverse(bytes);
        }

        return (type.Code, bytes.Length) switch
        {
            ("f8", 8) => new PickleFloat(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            ("f4", 4) => new PickleFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            ("f2", 2) => new PickleFloat((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            ("i8", 8) => new PickleInteger(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
            ("i4", 4) => new PickleInteger(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
            ("i2", 2) => new PickleInteger(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
            ("i1", 1) => new PickleInteger((sbyte)bytes[0]),
            ("u8", 8) => new PickleInteger(BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
            ("u4", 4) => new PickleInteger(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            ("u2", 2) => new PickleInteger(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
            ("u1", 1) => new PickleInteger(bytes[0]),
            ("b1", 1) => bytes[0] == 0 ? PickleBool.False : PickleBool.True,
            _ => new PickleObject(type.Kind),
        };
    }
}
