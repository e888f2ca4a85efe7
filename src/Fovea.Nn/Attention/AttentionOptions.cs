using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fovea.Attention;

/// <summary>
/// The options of one mechanism, checked against its card: unknown names, wrong kinds and values out of range are refused when the
/// options are made, so that a mechanism's constructor reads plain values.
/// </summary>
public sealed class AttentionOptions
{
    private readonly Dictionary<string, JsonNode?> _values;

    private AttentionOptions(Card card, Dictionary<string, JsonNode?> values)
    {
        Card = card;
        _values = values;
    }

    /// <summary>The card that the options were checked against.</summary>
    public Card Card { get; }

    /// <summary>Reads options from JSON, as goldens and configurations hold them.</summary>
    /// <exception cref="OptionException">A name is unknown, a value does not fit, or one that must be given is not.</exception>
    public static AttentionOptions From(Card card, JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(json);
        var values = new Dictionary<string, JsonNode?>();
        foreach ((string name, JsonNode? value) in json)
        {
            OptionSpec spec = Find(card, name);
            Check(card.Key, spec, value);
            values[name] = value;
        }

        foreach (OptionSpec spec in card.Options)
        {
            if (spec.IsRequired && !values.ContainsKey(spec.Name))
            {
                throw new OptionException(card.Key, $"{spec.Name} must be given: {spec.Describe()}. {spec.Help}");
            }
        }

        return new AttentionOptions(card, values);
    }

    /// <summary>Makes options from names and plain values: numbers, booleans, strings and lists of strings.</summary>
    /// <exception cref="OptionException">As for <see cref="From"/>.</exception>
    public static AttentionOptions Of(Card card, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var json = new JsonObject();
        foreach ((string name, object? value) in values)
        {
            json[name] = ToJson(value);
        }

        return From(card, json);
    }

    /// <summary>The same options but for one, which is given or given anew.</summary>
    /// <exception cref="OptionException">There is no such option, or the value does not fit.</exception>
    public AttentionOptions With(string name, object? value)
    {
        JsonNode? node = ToJson(value);
        Check(Card.Key, Find(Card, name), node);
        return new AttentionOptions(Card, new Dictionary<string, JsonNode?>(_values) { [name] = node });
    }

    /// <summary>Reads one <c>name=value</c> of the command line into JSON that <see cref="From"/> takes.</summary>
    /// <exception cref="OptionException">The name is unknown, or the text is not of the option's kind.</exception>
    public static JsonNode? Parse(Card card, string name, string text) => Find(card, name).Parse(card.Key, text);

    /// <summary>Turns a plain value into JSON.</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        JsonNode node => node.DeepClone(),
        int i => JsonValue.Create(i),
        double d => JsonValue.Create(d),
        bool b => JsonValue.Create(b),
        string s => JsonValue.Create(s),
        IEnumerable<string> words => new JsonArray([.. words.Select(w => (JsonNode)JsonValue.Create(w))]),
        _ => throw new ArgumentException($"option: expected a number, a boolean, a string or a list of strings, got {value.GetType().Name}."),
    };

    /// <summary>Whether the option was given, rather than left at its default.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value of an option as JSON: the one given, or the default.</summary>
    /// <exception cref="OptionException">There is no such option.</exception>
    public JsonNode? Value(string name)
    {
        OptionSpec spec = Find(Card, name);
        return _values.TryGetValue(name, out JsonNode? node) ? node?.DeepClone() : ToJson(spec.Default);
    }

    /// <summary>A whole number.</summary>
    public int Integer(string name) => IntegerOrNull(name)!.Value;

    /// <summary>A whole number or null.</summary>
    public int? IntegerOrNull(string name) => _values.TryGetValue(name, out JsonNode? node)
        ? node is null ? null : (int)NumberOf(node)!.Value
        : (int?)Find(Card, name).Default;

    /// <summary>A number.</summary>
    public double Number(string name) => NumberOrNull(name)!.Value;

    /// <summary>A number or null.</summary>
    public double? NumberOrNull(string name) => _values.TryGetValue(name, out JsonNode? node)
        ? node is null ? null : NumberOf(node)
        : (double?)Find(Card, name).Default;

    /// <summary>A switch.</summary>
    public bool Boolean(string name) => _values.TryGetValue(name, out JsonNode? node) ? node!.GetValue<bool>() : (bool)Find(Card, name).Default!;

    /// <summary>A switch or null.</summary>
    public bool? BooleanOrNull(string name) =>
        _values.TryGetValue(name, out JsonNode? node) ? node?.GetValue<bool>() : (bool?)Find(Card, name).Default;

    /// <summary>A word.</summary>
    public string Choice(string name) => _values.TryGetValue(name, out JsonNode? node) ? node!.GetValue<string>() : (string)Find(Card, name).Default!;

    /// <summary>A word or null.</summary>
    public string? ChoiceOrNull(string name) => _values.TryGetValue(name, out JsonNode? node) ? node?.GetValue<string>() : (string?)Find(Card, name).Default;

    /// <summary>A list of words.</summary>
    public IReadOnlyList<string> Choices(string name) => _values.TryGetValue(name, out JsonNode? node)
        ? [.. node!.AsArray().Select(w => w!.GetValue<string>())]
        : (string[])Find(Card, name).Default!;

    /// <summary>Options of another mechanism; an empty object when none were given.</summary>
    public JsonObject Nested(string name) => _values.TryGetValue(name, out JsonNode? node) && node is JsonObject json
        ? json.DeepClone().AsObject()
        : [];

    /// <summary>The options that were given, as JSON, to be saved with a run.</summary>
    public JsonObject ToJson() => new(_values.Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone())));

    private static OptionSpec Find(Card card, string name) => card.Option(name)
        ?? throw new OptionException(card.Key, $"there is no option \"{name}\"; {Suggestion.Hint(name, [.. card.Options.Select(o => o.Name)])}");

    private static void Check(string key, OptionSpec spec, JsonNode? value)
    {
        if (value is null)
        {
            if (!spec.IsNullable)
            {
                throw Wrong(key, spec, "null");
            }

            return;
        }

        bool fits = spec.Kind switch
        {
            OptionKind.Integer => NumberOf(value) is { } i && i == Math.Floor(i) && Math.Abs(i) <= int.MaxValue && InRange(spec, i),
            OptionKind.Number => NumberOf(value) is { } d && InRange(spec, d),
            OptionKind.Boolean => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            OptionKind.Choice => value.GetValueKind() == JsonValueKind.String && spec.Words.Contains(value.GetValue<string>()),
            OptionKind.Choices => value is JsonArray { Count: > 0 } list
                && list.All(w => w?.GetValueKind() == JsonValueKind.String && spec.Words.Contains(w.GetValue<string>())),
            OptionKind.Mechanism => value.GetValueKind() == JsonValueKind.String,
            _ => value is JsonObject,
        };
        if (!fits)
        {
            throw Wrong(key, spec, value.ToJsonString());
        }
    }

    private static bool InRange(OptionSpec spec, double value) => value >= spec.Minimum && value <= spec.Maximum;

    private static double? NumberOf(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : null;

    private static OptionException Wrong(string key, OptionSpec spec, string got) =>
        new(key, $"{spec.Name}: expected {spec.Describe()}, got {got}.");
}
