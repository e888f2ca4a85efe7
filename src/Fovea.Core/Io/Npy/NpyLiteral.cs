using System.Globalization;

namespace Fovea.Io;

/// <summary>
/// Reads the Python literal in a .npy head, <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>, and no other Python.
/// </summary>
internal sealed class NpyLiteral(string text)
{
    private int _at;

    public NpyHeader Read()
    {
        string? descr = null;
        bool? columnMajor = null;
        List<long>? lengths = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = ReadText();
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = Peek() is '\'' or '"' ? ReadText() : throw Error("expected an element type in quotes; structured arrays are not tensors");
                    break;
                case "fortran_order" when columnMajor is null:
                    columnMajor = ReadFlag();
                    break;
                case "shape" when lengths is null:
                    lengths = ReadTuple();
                    break;
                default:
                    throw Error($"unexpected or repeated key '{ErrorText.Of(key)}'");
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        if (Peek() != '\0' || _at < text.Length)
        {
            throw Error("unexpected text after the header's }");
        }

        if (descr is null || columnMajor is not { } order || lengths is null)
        {
            throw Error("expected the keys descr, fortran_order and shape");
        }

        (StoredType type, bool bigEndian) = TypeOf(descr);
        return StoredShape.TryCreate([.. lengths], type, out Shape shape, out string problem)
            ? new NpyHeader(type, bigEndian, order, shape)
            : throw new NpyException($"the array {problem}");
    }

    private static (StoredType Type, bool IsBigEndian) TypeOf(string descr)
    {
        bool hasOrder = descr.Length > 0 && descr[0] is ('<' or '>' or '|' or '=');
        StoredType type = (hasOrder ? descr[1..] : descr) switch
        {
            "f8" => StoredType.Float64,
            "f4" => StoredType.Float32,
            "f2" => StoredType.Float16,
            "i8" => StoredType.Int64,
            "i4" => StoredType.Int32,
            "u4" => StoredType.UInt32,
            "i2" => StoredType.Int16,
            "u2" => StoredType.UInt16,
            "i1" => StoredType.Int8,
            "u1" => StoredType.UInt8,
            "b1" => StoredType.Bool,
            _ => throw new NpyException($"the array has the element type '{ErrorText.Of(descr)}'; expected f2, f4, f8, i1, i2, i4, i8, u1, u2, u4 or b1"),
        };
        return (type, descr[0] == '>');
    }

    private string ReadText()
    {
        char quote = Peek();
        int end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
        {
            throw Error("expected text in quotes");
        }

        string value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    private bool ReadFlag()
    {
        foreach ((string word, bool value) in new[] { ("False", false), ("True", true) })
        {
            if (Peek() != '\0' && text.AsSpan(_at).StartsWith(word))
            {
                _at += word.Length;
                return value;
            }
        }

        throw Error("expected True or False");
    }

    private List<long> ReadTuple()
    {
        var lengths = new List<long>();
        Expect('(');
        while (!Accept(')'))
        {
            Peek();
            int start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }

            if (!long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            {
                throw Error("expected whole numbers of at least 0 in the shape");
            }

            // Python 2 wrote long integers as 3L.
            Accept('L');
            lengths.Add(length);
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }

        return lengths;
    }

    private char Peek()
    {
        while (_at < text.Length && text[_at] is (' ' or '\n'))
        {
            _at++;
        }

        return _at < text.Length ? text[_at] : '\0';
    }

    private bool Accept(char symbol)
    {
        if (Peek() != symbol || _at == text.Length)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(char symbol)
    {
        if (!Accept(symbol))
        {
            throw Error($"expected {symbol}");
        }
    }

    private NpyException Error(string problem) => new($"the header at {_at}: {problem}");
}
