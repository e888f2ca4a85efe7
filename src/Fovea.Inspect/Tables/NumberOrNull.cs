using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>A number, or <c>null</c> where it is NaN or infinite: JSON has no others. One in single precision has no more digits than it needs.</summary>
/// <typeparam name="T"><see cref="double"/> or <see cref="float"/>.</typeparam>
internal sealed class NumberOrNull<T> : JsonConverter<T>
    where T : struct, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? T.NaN
        : typeof(T) == typeof(float) ? T.CreateChecked(reader.GetSingle()) : T.CreateChecked(reader.GetDouble());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (!T.IsFinite(value))
        {
            writer.WriteNullValue();
        }
        else if (value is float single)
        {
            writer.WriteNumberValue(single);
        }
        else
        {
            writer.WriteNumberValue(double.CreateChecked(value));
        }
    }
}
