using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Serving.Batching;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Fovea.Serving.Requests;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Answers;

/// <summary>
/// Writes answers. Each prediction is the object that <c>fovea predict --json</c> prints, with the version of the weights, and what else was asked for,
/// added to it.
/// </summary>
internal static class AnswerWriter
{
    private const string Png = "image/png";

    /// <summary>Whether a picture alone is wanted, in place of JSON.</summary>
    public static bool WantsPicture(HttpRequest request) => request.Headers.Accept.ToString() == Png;

    /// <summary>What was seen in pictures, as JSON.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="seen">What was seen.</param>
    /// <param name="picture">Whether the answer holds pictures.</param>
    public static byte[] Predictions(string model, IReadOnlyList<Versioned<SeenPicture>> seen, bool picture)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteStartArray("predictions");
            foreach ((SeenPicture one, string version) in seen)
            {
                json.WriteRawValue(Extended(one.Prediction.ToJson(null), more =>
                {
                    more.WriteString("version", version);
                    if (picture && one.Prediction.Picture is { } drawn)
                    {
                        more.WriteBase64String("picture", PngEncoder.Encode(drawn, CompressionLevel.Fastest));
                    }

                    if (one.Map is { } map)
                    {
                        Write(more, map);
                    }
                }));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What was seen in a picture, as a picture.</summary>
    /// <exception cref="HttpProblem">It is none.</exception>
    public static byte[] Picture(SeenPicture seen) => PngEncoder.Encode(
        seen.Prediction.Picture ?? throw new HttpProblem(StatusCodes.Status406NotAcceptable, "Not a picture", "expected Accept: application/json, got image/png; what this model gives is no picture."),
        CompressionLevel.Fastest);

    /// <summary>What a model gave, as JSON.</summary>
    public static byte[] Numbers(string model, Versioned<Outputs> given)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteString("version", given.Version);
            json.WriteStartObject("outputs");
            json.WriteStartArray("shape");
            Array.ForEach(given.Answer.Shape, json.WriteNumberValue);
            json.WriteEndArray();
            json.WriteStartArray("data");
            foreach (float value in given.Answer.Values)
            {
                // JSON has no number for what is not finite.
                if (float.IsFinite(value))
                {
                    json.WriteNumberValue(value);
                }
                else
                {
                    json.WriteNullValue();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What a model gave, as an array in NumPy's format.</summary>
    public static byte[] Npy(Outputs given)
    {
        using var stream = new MemoryStream();
        using Tensor values = Tensor.From(given.Values, new Shape(given.Shape));
        NpyFile.Write(stream, values);
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, PictureMap look)
    {
        ScalarMap map = look.Map;
        byte[] values = new byte[sizeof(float) * map.Values.Length];
        for (int i = 0; i < map.Values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(values.AsSpan(sizeof(float) * i), map.Values[i]);
        }

        json.WriteStartObject("attention");
        json.WriteString("method", map.Method);
        json.WriteString("site", map.Site);
        json.WriteString("target", look.Target.Length > 0 ? look.Target : null);
        json.WriteNumber("rows", map.Height);
        json.WriteNumber("columns", map.Width);
        Number(json, "minimum", map.Minimum);
        Number(json, "maximum", map.Maximum);
        json.WriteBase64String("values", values);
        json.WriteBase64String("overlay", PngEncoder.Encode(MapDrawing.Over(map, look.Seen), CompressionLevel.Fastest));
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // An object as text, with more members before its end.
    private static string Extended(string json, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var more = new Utf8JsonWriter(buffer))
        {
            more.WriteStartObject();
            write(more);
            more.WriteEndObject();
        }

        string added = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return string.Create(CultureInfo.InvariantCulture, $"{json[..^1]}{(json.Length > 2 ? "," : string.Empty)}{added[1..]}");
    }
}
