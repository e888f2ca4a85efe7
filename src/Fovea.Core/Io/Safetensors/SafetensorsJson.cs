using System.Text.Json;

namespace Fovea.Io;

/// <summary>Reads the JSON of a safetensors header token by token, so that no duplicate or stray field can hide in a parser's leniency.</summary>
internal static class SafetensorsJson
{
    /// <summary>Moves to the next token, which must be of the given kind.</summary>
    /// <param name="reader">The header.</param>
    /// <param name="kind">What must come.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="name">Whose it is, for the message.</param>
    public static void Expect(ref Utf8JsonReader reader, JsonTokenType kind, string what, string name = "")
    {
        reader.Read();
        Demand(ref reader, kind, what, name);
    }

    /// <summary>Moves to the next property of an object and returns its name, or null at the object's end.</summary>
    public static string? NextName(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    /// <summary>Reads the description of a tensor.</summary>
    public static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, "the tensor", name);
        while (NextName(ref reader) is { } field)
        {
            switch (field)
            {
                case "dtype" when dtype is null:
                    Expect(ref reader, JsonTokenType.String, "the dtype of", name);
                    dtype = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, StoredShape.MaxRank, "the shape of", name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, 2, "data_offsets of", name);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw new SafetensorsException($"the tensor '{ErrorText.Of(name)}' has the field '{field}' twice");
                default:
                    throw new SafetensorsException(
                        $"the tensor '{ErrorText.Of(name)}' has the unknown field '{ErrorText.Of(field)}'; expected dtype, shape and data_offsets");
            }
        }

        if (dtype is null || shape is null || offsets is not { Count: 2 })
        {
            string missing = dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets of two numbers";
            throw new SafetensorsException($"the tensor '{ErrorText.Of(name)}' has no {missing}");
        }

        return Check(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static SafetensorsEntry Check(string name, string dtype, List<long> lengths, long begin, long end)
    {
        if (TypeOf(dtype) is not { } type)
        {
            throw new SafetensorsException(
                $"the tensor '{ErrorText.Of(name)}' has the dtype {ErrorText.Of(dtype)}; expected F64, F32, F16, BF16, I64, I32, U32, I16, U16, I8, U8 or BOOL");
        }

        if (!StoredShape.TryCreate([.. lengths], type, out Shape shape, out string problem))
        {
            throw new SafetensorsException($"the tensor '{ErrorText.Of(name)}' {problem}");
        }

        long bytes = (long)shape.Elements * type.Size();
        return end >= begin && end - begin == bytes
            ? new SafetensorsEntry(name, type, shape, begin, end)
            : throw new SafetensorsException(
                $"the tensor '{ErrorText.Of(name)}' of {dtype}{shape} takes {bytes} bytes, got data_offsets [{begin}, {end}]");
    }

    private static StoredType? TypeOf(string dtype) => dtype switch
    {
        "F64" => StoredType.Float64,
        "F32" => StoredType.Float32,
        "F16" => StoredType.Float16,
        "BF16" => StoredType.BFloat16,
        "I64" => StoredType.Int64,
        "I32" => StoredType.Int32,
        "U32" => StoredType.UInt32,
        "I16" => StoredType.Int16,
        "U16" => StoredType.UInt16,
        "I8" => StoredType.Int8,
        "U8" => StoredType.UInt8,
        "BOOL" => StoredType.Bool,
        _ => null,
    };

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, int most, string what, string name)
    {
        Expect(ref reader, JsonTokenType.StartArray, what, name);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Demand(ref reader, JsonTokenType.Number, what, name);
            if (!reader.TryGetInt64(out long number) || number < 0)
            {
                throw new SafetensorsException($"{Subject(what, name)}: expected whole numbers from 0 to {long.MaxValue}");
            }

            if (numbers.Count == most)
            {
                throw new SafetensorsException($"{Subject(what, name)}: expected at most {most} numbers, got more");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static string Subject(string what, string name) => name.Length == 0 ? what : $"{what} '{ErrorText.Of(name)}'";

    private static void Demand(ref Utf8JsonReader reader, JsonTokenType kind, string what, string name)
    {
        if (reader.TokenType != kind)
        {
            throw new SafetensorsException($"{Subject(what, name)}: expected {Describe(kind)}, got {Describe(reader.TokenType)}");
        }
    }

    private static string Describe(JsonTokenType kind) => kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => kind.ToString(),
    };
}
