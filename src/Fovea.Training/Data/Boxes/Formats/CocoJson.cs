using System.Globalization;
using System.Text.Json;

namespace Fovea.Training.Data;

/// <summary>A picture that COCO's file lists.</summary>
/// <param name="File">Its path.</param>
/// <param name="Annotation">What is said of it.</param>
internal sealed record CocoPicture(string File, BoxAnnotation Annotation);

/// <summary>What COCO's file says.</summary>
/// <param name="Classes">The names of the categories, by their numbers in the file.</param>
/// <param name="Pictures">The pictures, in the file's order.</param>
/// <param name="Homeless">Boxes of pictures that the file does not list.</param>
internal sealed record CocoContent(IReadOnlyList<string> Classes, IReadOnlyList<CocoPicture> Pictures, int Homeless);

/// <summary>
/// Reads COCO's JSON token by token: <c>images</c>, <c>annotations</c> with a <c>bbox</c> of left, top, width and height in pixels, and
/// <c>categories</c>. All else, outlines first of all, is passed over and takes no memory.
/// </summary>
internal ref struct CocoJson
{
    private const int Deepest = 64;
    private readonly string _source;
    private readonly Dictionary<long, string> _categories;
    private readonly Dictionary<long, List<(long Category, double[] Box, bool IsCrowd)>> _boxes;
    private readonly List<(long Id, string File, (int, int)? Size)> _images;
    private Utf8JsonReader _json;

    private CocoJson(byte[] bytes, string source)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        _json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = Deepest });
        _source = source;
        _categories = [];
        _boxes = [];
        _images = [];
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">It is no such file.</exception>
    public static CocoContent Read(byte[] bytes, string source)
    {
        try
        {
            return new CocoJson(bytes, source).Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new DataException($"{source}: no annotations in COCO's JSON: {e.Message}", e);
        }
    }

    private CocoContent Read()
    {
        _json.Read();
        Demand(JsonTokenType.StartObject, "an object");
        bool isWhole = false;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string name = _json.GetString()!;
            _json.Read();
            switch (name)
            {
                case "images":
                    Each(name, static (ref CocoJson own) => own.Image());
                    break;
                case "annotations":
                    isWhole = true;
                    Each(name, static (ref CocoJson own) => own.Annotation());
                    break;
                case "categories":
                    Each(name, static (ref CocoJson own) => own.Category());
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        _json.Read();
        return isWhole && _images.Count > 0 && _categories.Count > 0 ? Joined()
            : throw new DataException($"{_source}: expected images, annotations and categories, as COCO's instances files have them.");
    }

    private readonly CocoContent Joined()
    {
        string[] names = [.. _categories.OrderBy(c => c.Key).Select(c => c.Value)];
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new DataException($"{_source}: expected categories with names that differ, got {twice.Key} {twice.Count()} times.");
        }

        var pictures = new List<CocoPicture>(_images.Count);
        var listed = new HashSet<long>();
        foreach ((long id, string file, (int, int)? size) in _images)
        {
            if (!listed.Add(id))
            {
                throw new DataException(string.Create(CultureInfo.InvariantCulture, $"{_source}: expected images with an id each, got {id} twice, the second time for {file}."));
            }

            Dictionary<long, string> categories = _categories;
            WrittenBox[] boxes = !_boxes.TryGetValue(id, out var own) ? [] :
            [
                .. own.Select(b => new WrittenBox(
                    categories.GetValueOrDefault(b.Category) ?? string.Create(CultureInfo.InvariantCulture, $"category {b.Category}"),
                    b.Box[0], b.Box[1], b.Box[0] + b.Box[2], b.Box[1] + b.Box[3], b.IsCrowd)),
            ];
            pictures.Add(new CocoPicture(file, new BoxAnnotation($"{_source}: {file}", boxes) { Size = size }));
        }

        return new CocoContent(names, pictures, _boxes.Where(b => !listed.Contains(b.Key)).Sum(b => b.Value.Count));
    }

    private void Each(string what, Item item)
    {
        Demand(JsonTokenType.StartArray, $"a list of {what}");
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Demand(JsonTokenType.StartObject, $"objects in {what}");
            item(ref this);
        }
    }

    private void Image()
    {
        (long? id, string? file, double width, double height) = (null, null, 0, 0);
        while (Member() is { } name)
        {
            switch (name)
            {
                case "id":
                    id = _json.GetInt64();
                    break;
                case "file_name":
                    file = _json.GetString();
                    break;
                case "width" when _json.TokenType == JsonTokenType.Number:
                    width = _json.GetDouble();
                    break;
                case "height" when _json.TokenType == JsonTokenType.Number:
                    height = _json.GetDouble();
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        bool isSized = width is >= 1 and <= int.MaxValue && height is >= 1 and <= int.MaxValue;
        _images.Add(id is { } number && file is { Length: > 0 } ? (number, file, isSized ? ((int)width, (int)height) : null)
            : throw new DataException($"{_source}: image {_images.Count + 1} lacks its id or its file_name."));
    }

    private void Annotation()
    {
        (long? image, long? category, double[]? box, bool isCrowd) = (null, null, null, false);
        while (Member() is { } name)
        {
            switch (name)
            {
                case "image_id":
                    image = _json.GetInt64();
                    break;
                case "category_id":
                    category = _json.GetInt64();
                    break;
                case "iscrowd":
                    isCrowd = _json.TokenType == JsonTokenType.True || (_json.TokenType == JsonTokenType.Number && _json.GetInt64() != 0);
                    break;
                case "bbox" when _json.TokenType == JsonTokenType.StartArray:
                    box = Numbers();
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        if (image is not { } of || category is not { } kind || box is not { Length: 4 })
        {
            throw new DataException($"{_source}: expected an image_id, a category_id and a bbox of 4 numbers in each annotation, and one before byte {_json.TokenStartIndex} lacks them.");
        }

        if (!_boxes.TryGetValue(of, out var all))
        {
            _boxes.Add(of, all = []);
        }

        all.Add((kind, box, isCrowd));
    }

    private void Category()
    {
        (long? id, string? text) = (null, null);
        while (Member() is { } name)
        {
            switch (name)
            {
                case "id":
                    id = _json.GetInt64();
                    break;
                case "name":
                    text = _json.GetString();
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        if (id is not { } number || text is not { Length: > 0 } || !_categories.TryAdd(number, TextLines.ClassName(text)))
        {
            throw new DataException($"{_source}: expected categories with a name and an id each, no two alike, got \"{text}\" with {(id is null ? "none" : id.Value.ToString(CultureInfo.InvariantCulture))}.");
        }
    }

    // The next member's name, with its value as the current token; null at the end of the object.
    private string? Member()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.PropertyName)
        {
            return null;
        }

        string name = _json.GetString()!;
        _json.Read();
        return name;
    }

    private double[] Numbers()
    {
        var numbers = new List<double>(4);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray && numbers.Count < 5)
        {
            numbers.Add(_json.GetDouble());
        }

        return [.. numbers];
    }

    private readonly void Demand(JsonTokenType kind, string what)
    {
        if (_json.TokenType != kind)
        {
            throw new DataException($"{_source}: expected {what}, got {_json.TokenType} at byte {_json.TokenStartIndex}.");
        }
    }

    private delegate void Item(ref CocoJson own);
}
