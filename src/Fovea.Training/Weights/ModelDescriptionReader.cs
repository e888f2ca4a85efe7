using System.Globalization;
using System.Text;
using System.Text.Json;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Reads the JSON form of a <see cref="ModelDescription"/> token by token, by the rules of the serializer that writes it; members
/// that are absent keep their defaults. The serializer's own reader takes longer to get started than the weights take to be read.
/// </summary>
internal ref struct ModelDescriptionReader
{
    private Utf8JsonReader _json;

    private ModelDescriptionReader(ReadOnlySpan<byte> json)
    {
        _json = new Utf8JsonReader(json);
        _json.Read();
    }

    /// <summary>Reads a description; null for the JSON word.</summary>
    /// <exception cref="JsonException">It is not JSON, has a member that descriptions have not, or a value of another kind.</exception>
    public static ModelDescription? Read(string json)
    {
        try
        {
            var reader = new ModelDescriptionReader(Encoding.UTF8.GetBytes(json));
            ModelDescription? description = reader._json.TokenType == JsonTokenType.Null ? null : reader.Object();

            // Throws if anything but white space follows.
            reader._json.Read();
            return description;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            // A value of another kind, a number that does not fit, or an escape that stands for no text.
            throw new JsonException(e.Message, e);
        }
    }

    private ModelDescription Object()
    {
        Demand(JsonTokenType.StartObject);
        string? model = null;
        IReadOnlyList<string>? classes = null;
        Size2? imageSize = null;
        var rest = new ModelDescription { Model = string.Empty, Classes = [], ImageSize = 0 };
        var found = Required.None;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string name = _json.GetString()!;
            _json.Read();
            switch (name)
            {
                case "model":
                    (model, found) = (Text(), found | Required.Model);
                    break;
                case "classes":
                    (classes, found) = (Texts(), found | Required.Classes);
                    break;
                case "imageSize":
                    (imageSize, found) = (ImageSizeConverter.Read(ref _json), found | Required.ImageSize);
                    break;
                case "attention":
                    rest = rest with { Attention = Text() };
                    break;
                case "attentionAt":
                    rest = rest with { AttentionAt = Text()! };
                    break;
                case "attentionOptions":
                    rest = rest with { AttentionOptions = Options()! };
                    break;
                case "task":
                    rest = rest with { Task = _json.TokenType == JsonTokenType.Null ? null! : DataTaskConverter.Read(ref _json) };
                    break;
                case "ignoreValue":
                    rest = rest with { IgnoreValue = _json.TokenType == JsonTokenType.Null ? null : _json.GetInt32() };
                    break;
                case "maskColors":
                    rest = rest with { MaskColors = Texts() };
                    break;
                case "seesWindows":
                    rest = rest with { SeesWindows = _json.GetBoolean() };
                    break;
                case "mean":
                    rest = rest with { Mean = Numbers()! };
                    break;
                case "std":
                    rest = rest with { Std = Numbers()! };
                    break;
                case "interpolation":
                    rest = rest with { Interpolation = _json.TokenType == JsonTokenType.Null ? null : Word<ResizeFilter>("interpolation") };
                    break;
                case "cropFraction":
                    rest = rest with { CropFraction = _json.TokenType == JsonTokenType.Null ? null : _json.GetDouble() };
                    break;
                case "cropMode":
                    rest = rest with { CropMode = _json.TokenType == JsonTokenType.Null ? null : Word<FrameFit>("cropMode") };
                    break;
                case "orientation":
                    rest = rest with { Orientation = _json.TokenType == JsonTokenType.Null ? null : Word<OrientationHandling>("orientation") };
                    break;
                case "levels":
                    rest = rest with { Levels = _json.TokenType == JsonTokenType.Null ? null : SampleLevelsConverter.Read(ref _json) };
                    break;
                case "title":
                    // Written for people, and computed from the rest.
                    _json.Skip();
                    break;
                default:
                    throw new JsonException($"it has an unknown member \"{name}\"");
            }
        }

        return found == Required.All
            ? rest with { Model = model!, Classes = classes!, ImageSize = imageSize!.Value }
            : throw new JsonException("it lacks model, classes or imageSize");
    }

    private readonly string? Text() => _json.GetString();

    private T Word<T>(string what)
        where T : struct, Enum
    {
        bool isNumber = _json.TokenType == JsonTokenType.Number;
        string? text = isNumber ? _json.GetInt32().ToString(CultureInfo.InvariantCulture) : Text();
        return Enum.TryParse(text, ignoreCase: true, out T word) && Enum.IsDefined(word) ? word : throw new JsonException($"there is no {what} \"{text}\"");
    }

    private IReadOnlyList<string>? Texts()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Demand(JsonTokenType.StartArray);
        var texts = new List<string>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(Text()!);
        }

        return texts;
    }

    private IReadOnlyList<double>? Numbers()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Demand(JsonTokenType.StartArray);
        var numbers = new List<double>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(_json.GetDouble());
        }

        return numbers;
    }

    private IReadOnlyDictionary<string, string>? Options()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Demand(JsonTokenType.StartObject);
        var options = new Dictionary<string, string>();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string name = _json.GetString()!;
            _json.Read();
            options[name] = Text()!;
        }

        return options;
    }

    private readonly void Demand(JsonTokenType kind)
    {
        if (_json.TokenType != kind)
        {
            throw new JsonException($"expected {kind}, got {_json.TokenType} at byte {_json.TokenStartIndex}");
        }
    }

    [Flags]
    private enum Required
    {
        None = 0,
        Model = 1,
        Classes = 2,
        ImageSize = 4,
        All = Model | Classes | ImageSize,
    }
}
