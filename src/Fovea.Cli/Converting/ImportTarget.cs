using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Converting;

/// <summary>Where weights come from, and what they are for.</summary>
internal sealed record ImportTarget
{
    public string? Source { get; init; }

    public string? Part { get; init; }

    public string? Model { get; init; }

    public string? Attention { get; init; }

    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = CommonFlags.NoOptions;

    public string? AttentionAt { get; init; }

    public Size2? ImageSize { get; init; }

    public bool Strict { get; init; }

    public Preprocessing Preprocessing { get; init; } = Preprocessing.Unsaid;

    public string? Mechanism { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = CommonFlags.NoOptions;

    /// <summary>Whether any of its flags was given that pictures have no use for.</summary>
    public bool IsGiven => this is not { Source: null, Part: null, Model: null, Attention: null, AttentionAt: null, ImageSize: null, Mechanism: null }
        || AttentionOptions.Count + Options.Count > 0 || Strict || Preprocessing with { Orientation = null, Levels = null } != Preprocessing.Unsaid;

    /// <summary>The source to hand to the importer; null finds it.</summary>
    public string? Named => Source == WeightsFlags.Auto ? null : Source;

    /// <summary>Refuses flags that do not go together.</summary>
    /// <exception cref="OptionException">They do not.</exception>
    public void Check()
    {
        if (Source is null && IsGiven)
        {
            throw Wrong("--model, --attention and --mechanism say what weights of another library are for; name the library with --from SOURCE, or --from auto");
        }

        if (Source is not null && Model is null == Mechanism is null)
        {
            throw Wrong("--from needs to know what the weights are for; give either --model NAME or --mechanism KEY");
        }

        if (Mechanism is not null && (Strict || Preprocessing != Preprocessing.Unsaid))
        {
            throw Wrong("--strict, --mean, --std, --interpolation, --crop-pct, --crop-mode and --orientation belong to --model");
        }

        if (Mechanism is not null && (Attention ?? AttentionAt) is not null)
        {
            throw Wrong("--attention and --attention-at belong to --model; the options of --mechanism are --option K=V");
        }

        if (Model is not null && Options.Count > 0)
        {
            throw Wrong("--option belongs to --mechanism; the options of what is in a model are --attention-option K=V");
        }

        CommonFlags.CheckAttention(Attention, AttentionOptions);
    }

    /// <summary>What is said by hand about the model.</summary>
    /// <param name="key">Which state dict of a file that holds several.</param>
    public ModelRequest Request(string? key) => new()
    {
        Model = Model,
        Attention = Attention,
        AttentionAt = AttentionAt,
        AttentionOptions = AttentionOptions,
        ImageSize = ImageSize,
        Source = Named,
        Key = key,
        Part = Part,
        Strict = Strict,
        Preprocessing = Preprocessing,
    };

    private static OptionException Wrong(string message) => new("convert", $"{message}.");
}
