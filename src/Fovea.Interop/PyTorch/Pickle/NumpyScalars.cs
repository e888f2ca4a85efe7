using System.Buffers.Binary;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>NumPy's numbers in a pickle, such as the best accuracy so far that many training scripts save. Arrays are not read.</summary>
internal static class NumpyScalars
{
    /// <summary><c>_codecs.encode(text, 'latin1')</c>: how protocol 2 spells bytes.</summary>
    public static PickleValue Latin1(PickleArguments arguments)
    {
        string text = arguments.Expect(2, 2).Text(0);
        return arguments.Text(1) is "latin1" or "latin-1" && text.All(c => c <= '\xFF')
            ? new PickleBytes(Encoding.Latin1.GetBytes(text))
            : throw new PickleException("_codecs.encode is only read for latin1, which is how pickles spell bytes");
    }

    /// <summary><c>numpy.dtype(code, align, copy)</c>.</summary>
    public static PickleValue Type(PickleArguments arguments) =>
        new PickleNumpyType(PickleException.Show(arguments.Expect(1, 3).Text(0)));

    /// <summary>The state of a <c>numpy.dtype</c>: a tuple whose second item is the byte order.</summary>
    public static void Build(PickleNumpyType type, PickleValue state)
    {
        if (state is not PickleSequence { Items: [_, PickleText { Value: "<" or ">" or "|" or "=" } order, ..] })
        {
            throw new PickleException($"{type.Kind} expects a state with a byte order");
        }

        type.IsBigEndian = order.Value == ">";
    }

    /// <summary><c>numpy.core.multiarray.scalar(dtype, bytes)</c>.</summary>
    public static PickleValue Scalar(PickleArguments arguments)
    {
        PickleNumpyType type = arguments.Expect(2, 2).At<PickleNumpyType>(0, "a numpy.dtype");

        // Python 2 has no type for bytes.
        byte[] bytes = arguments.At<PickleValue>(1, "bytes") is PickleText text
            ? Encoding.Latin1.GetBytes(text.Value)
            : arguments.At<PickleBytes>(1, "bytes").Value.ToArray();
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
            _ => throw new PickleException($"{type.Kind} of {bytes.Length} bytes is not a number that is read"),
        };
    }
}
