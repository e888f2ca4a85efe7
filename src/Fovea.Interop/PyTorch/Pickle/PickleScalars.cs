using System.Globalization;
using System.Numerics;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>Reads the numbers, texts and bytes of a pickle, those of protocols 0 and 1 as lines of text.</summary>
internal sealed class PickleScalars(PickleReader reader, ParseBudget budget)
{
    private const int NumberBytes = 1000;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Equal texts are one object, so that what is found by a text is found by its reference.
    private readonly Dictionary<string, PickleText> _texts = [];

    /// <summary>The value of an opcode; null when it is none of a number, a text or bytes.</summary>
    public PickleValue? Read(PickleOpcode code) => code switch
    {
        PickleOpcode.BinInt => Integer(reader.ReadInt32()),
        PickleOpcode.BinInt1 => Integer(reader.ReadByte()),
        PickleOpcode.BinInt2 => Integer(reader.ReadUInt16()),
        PickleOpcode.Long1 => ReadLong(reader.ReadByte()),
        PickleOpcode.Long4 => ReadLong(reader.ReadUInt32()),
        PickleOpcode.Int => ReadLine() switch { "00" => PickleBool.False, "01" => PickleBool.True, var digits => ParseInteger(digits) },
        PickleOpcode.Long => ParseInteger(ReadLine().TrimEnd('L')),
        PickleOpcode.BinFloat => Float(reader.ReadDouble()),
        PickleOpcode.Float => ParseFloat(ReadLine()),
        PickleOpcode.ShortBinUnicode => Text(Decode(reader.Read(reader.ReadByte()))),
        PickleOpcode.BinUnicode => Text(Decode(reader.Read(reader.ReadUInt32()))),
        PickleOpcode.BinUnicode8 => Text(Decode(reader.Read(reader.ReadUInt64()))),

        // Python 2's strings are bytes; Latin-1 keeps each.
        PickleOpcode.ShortBinString => Text(Encoding.Latin1.GetString(reader.Read(reader.ReadByte()))),
        PickleOpcode.BinString => Text(Encoding.Latin1.GetString(reader.Read(reader.ReadUInt32()))),
        PickleOpcode.String => Text(PickleEscapes.Quoted(reader.ReadLine(PickleLimits.Bytes, "a text"))),
        PickleOpcode.Unicode => Text(PickleEscapes.Raw(reader.ReadLine(PickleLimits.Bytes, "a text"))),
        PickleOpcode.ShortBinBytes => Bytes(reader.Read(reader.ReadByte())),
        PickleOpcode.BinBytes => Bytes(reader.Read(reader.ReadUInt32())),
        PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8 => Bytes(reader.Read(reader.ReadUInt64())),
        _ => null,
    };

    /// <summary>The name of a module or a class.</summary>
    public string ReadName() => Decode(reader.ReadLine(PickleLimits.NameBytes, "a name"));

    /// <summary>A line of plain characters: digits, or the text that protocol 0 has for a storage.</summary>
    public string ReadLine(int most = NumberBytes, string what = "a number") => Encoding.Latin1.GetString(reader.ReadLine(most, what));

    /// <summary>The index of protocol 0's PUT and GET.</summary>
    public uint ReadIndex() => uint.TryParse(ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out uint index)
        ? index
        : throw Error("expected the number of a stored value");

    private PickleInteger Integer(BigInteger value)
    {
        budget.Take(PickleLimits.ScalarBytes);
        return new PickleInteger(value);
    }

    private PickleFloat Float(double value)
    {
        budget.Take(PickleLimits.ScalarBytes);
        return new PickleFloat(value);
    }

    private PickleText Text(string text)
    {
        if (!_texts.TryGetValue(text, out PickleText? found))
        {
            budget.Take(PickleLimits.ScalarBytes + PickleLimits.EntryBytes + sizeof(char) * (long)text.Length);
            _texts.Add(text, found = new PickleText(text));
        }

        return found;
    }

    private PickleBytes Bytes(ReadOnlySpan<byte> bytes)
    {
        budget.Take(PickleLimits.ScalarBytes + bytes.Length);
        return new PickleBytes(bytes.ToArray());
    }

    private PickleInteger ReadLong(uint bytes) => bytes <= PickleLimits.IntegerBytes
        ? Integer(new BigInteger(reader.Read(bytes)))
        : throw Error($"an integer of {bytes:N0} bytes; at most {PickleLimits.IntegerBytes} are allowed");

    private PickleInteger ParseInteger(string digits) => BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger value)
        ? Integer(value)
        : throw Error($"expected a whole number, got \"{ErrorText.Of(digits)}\"");

    private PickleFloat ParseFloat(string digits) => digits switch
    {
        "inf" => Float(double.PositiveInfinity),
        "-inf" => Float(double.NegativeInfinity),
        "nan" => Float(double.NaN),
        _ when double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) => Float(value),
        _ => throw Error($"expected a number, got \"{ErrorText.Of(digits)}\""),
    };

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException inner)
        {
            throw new PickleException($"byte {reader.Position}: a text in the pickle is not UTF-8", inner: inner);
        }
    }

    private PickleException Error(string problem) => new($"byte {reader.Position}: {problem}");
}
