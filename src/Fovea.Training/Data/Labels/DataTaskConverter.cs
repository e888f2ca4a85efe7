using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Training.Data;

/// <summary>A <see cref="DataTask"/> in JSON: its word.</summary>
internal sealed class DataTaskConverter : JsonConverter<DataTask>
{
    /// <inheritdoc/>
    public override DataTask Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DataTask value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);

    /// <summary>The task whose word, or place in the list, comes next.</summary>
    /// <exception cref="JsonException">There is no such task.</exception>
    public static DataTask Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int place) && place >= 0 && place < DataTask.All.Count)
        {
            return DataTask.All[place];
        }

        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return DataTask.Find(name) ?? throw new JsonException($"there is no task \"{name}\"; expected {string.Join(" or ", DataTask.All)}");
    }
}
