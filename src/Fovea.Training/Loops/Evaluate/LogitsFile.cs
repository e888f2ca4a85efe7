using System.Text.Json;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Writes what a model says of each image, batch by batch: a JSON object of <c>"name":[logit, …]</c>. A logit that is not finite is null.</summary>
internal sealed class LogitsFile : IDisposable
{
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;

    public LogitsFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = File.Create(path);
        _json = new Utf8JsonWriter(_file);
        _json.WriteStartObject();
    }

    public void Add(Batch batch, Tensor logits)
    {
        int classes = logits.Shape[1];
        for (int i = 0; i < batch.Count; i++)
        {
            _json.WriteStartArray(batch.Name(i));
            foreach (float value in logits.AsSpan<float>().Slice(i * classes, classes))
            {
                if (float.IsFinite(value))
                {
                    _json.WriteNumberValue(value);
                }
                else
                {
                    _json.WriteNullValue();
                }
            }

            _json.WriteEndArray();
        }

        _json.Flush();
    }

    public void Dispose()
    {
        _json.WriteEndObject();
        _json.Dispose();
        _file.Dispose();
    }
}
