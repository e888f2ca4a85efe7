using System.Globalization;
using System.Text.Json.Nodes;

namespace Fovea.Attention;

/// <summary>The kind of value that an option takes.</summary>
public enum OptionKind
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>One of a list of words.</summary>
    Choice,

    /// <summary>Several of a list of words, in order.</summary>
    Choices,

    /// <summary>The key of a mechanism in the catalogue.</summary>
    Mechanism,

    /// <summary>Options of another mechanism.</summary>
    Nested,
}

/// <summary>
/// One option: name, kind, range and default, said once. The mechanism's property, the command line's flags, the JSON of checkpoints and
/// goldens and the generated pages all go by it. Build it with the static members.
/// </summary>
/// <param name="Name">The name, camelCase, as in goldens and on the command line.</param>
/// <param name="Kind">The kind of value.</param>
/// <param name="Help">One sentence.</param>
public sealed record OptionSpec(string Name, OptionKind Kind, string Help)
{
    /// <summary>The mechanism's property, or the parameter of its constructor when a value must be given; the name in Pascal case unless said.</summary>
    public string Property { get; init; } = char.ToUpperInvariant(Name[0]) + Name[1..];

    /// <summary>The value when none is given; null when it must be given, unless <see cref="IsNullable"/>.</summary>
    public object? Default { get; init; }

    /// <summary>Whether null is a value (its meaning stands in <see cref="Help"/>); it is then the default unless another is given.</summary>
    public bool IsNullable { get; init; }

    /// <summary>The least number allowed.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number allowed.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>The words allowed.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What stands between the parts of a word: <c>-</c> or <c>_</c>.</summary>
    public char Separator { get; init; } = '-';

    /// <summary>Whether a value must be given.</summary>
    public bool IsRequired => Default is null && !IsNullable;

    /// <summary>The range in words, for help and documentation.</summary>
    public string Range => Kind switch
    {
        OptionKind.Choice or OptionKind.Choices => string.Join(" | ", Words),
        OptionKind.Boolean => "true | false",
        OptionKind.Integer or OptionKind.Number when double.IsFinite(Minimum) && double.IsFinite(Maximum) => Invariant($"{Minimum} … {Maximum}"),
        OptionKind.Integer or OptionKind.Number when double.IsFinite(Minimum) => Invariant($"≥ {Minimum}"),
        OptionKind.Mechanism => "a key of the catalogue",
        _ => "any",
    };

    /// <summary>The default in words.</summary>
    public string DefaultText => Default switch
    {
        null => IsNullable ? "null" : "required",
        bool b => b ? "true" : "false",
        string[] words => $"[{string.Join(", ", words)}]",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => Default.ToString()!,
    };

    /// <summary>The help with range and default in one sentence, as the property's documentation has it.</summary>
    public string Summary
    {
        get
        {
            string range = Kind is OptionKind.Integer or OptionKind.Number ? $"{Describe()}, " : string.Empty;
            return IsRequired ? Help : $"{Help.TrimEnd('.')} ({range}default {DefaultText}).";
        }
    }

    /// <summary>A whole number. Without a default it must be given.</summary>
    public static OptionSpec Integer(string name, string help, int? value = null, int minimum = 1, int maximum = int.MaxValue, bool nullable = false) =>
        new(name, OptionKind.Integer, help)
        {
            Default = value,
            Minimum = minimum,
            Maximum = maximum == int.MaxValue ? double.PositiveInfinity : maximum,
            IsNullable = nullable,
        };

    /// <summary>A number.</summary>
    public static OptionSpec Number(string name, string help, double? value, double minimum, double maximum = double.PositiveInfinity, bool nullable = false) =>
        new(name, OptionKind.Number, help) { Default = value, Minimum = minimum, Maximum = maximum, IsNullable = nullable };

    /// <summary>A switch.</summary>
    public static OptionSpec Boolean(string name, string help, bool value) => new(name, OptionKind.Boolean, help) { Default = value };

    /// <summary>A switch that may be left open; null says so.</summary>
    public static OptionSpec BooleanOrNull(string name, string help) => new(name, OptionKind.Boolean, help) { IsNullable = true };

    /// <summary>One value of an enumeration, whose members in lower case are the words: <c>MeanMax</c> is <c>mean-max</c>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="value">The default.</param>
    /// <param name="separator">What stands between the parts of a word: <c>-</c> (the default) or <c>_</c>.</param>
    public static OptionSpec Choice<TEnum>(string name, string help, TEnum value, char separator = '-')
        where TEnum : struct, Enum =>
        new(name, OptionKind.Choice, help) { Default = ChoiceWords.Of(value, separator), Words = ChoiceWords.All<TEnum>(separator), Separator = separator };

    /// <summary>Several values of an enumeration, in order; at least one.</summary>
    public static OptionSpec Choices<TEnum>(string name, string help, params TEnum[] value)
        where TEnum : struct, Enum => new(name, OptionKind.Choices, help)
        {
            Default = Array.ConvertAll(value, static v => ChoiceWords.Of(v, '-')),
            Words = ChoiceWords.All<TEnum>('-'),
        };

    /// <summary>The option <c>channels</c> that almost every mechanism has.</summary>
    public static OptionSpec Channels() => Integer("channels", "Channels of the input.");

    /// <summary>The option <c>reduction</c>.</summary>
    public static OptionSpec Reduction(int value = 16) =>
        Integer("reduction", "Divides the channels inside the bottleneck: C → C/r → C.", value);

    /// <summary>Reads the text of a command-line option as JSON of this kind.</summary>
    internal JsonNode? Parse(string subject, string text)
    {
        if (text == "null")
        {
            return null;
        }

        return Kind switch
        {
            OptionKind.Integer when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i) => JsonValue.Create(i),
            OptionKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double d) => JsonValue.Create(d),
            OptionKind.Boolean when bool.TryParse(text, out bool b) => JsonValue.Create(b),
            OptionKind.Choice or OptionKind.Mechanism => JsonValue.Create(text),
            OptionKind.Choices => new JsonArray([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(w => (JsonNode)JsonValue.Create(w))]),
            _ => throw new OptionException(subject, $"{Name}: expected {Describe()}, got \"{text}\"."),
        };
    }

    internal string Describe() => Kind switch
    {
        OptionKind.Integer => $"a whole number {Range}",
        OptionKind.Number => $"a number {Range}",
        OptionKind.Nested => "an object of options",
        OptionKind.Choices => $"a list of {Range}",
        _ => Range,
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
