using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Cli.Flags;

namespace Fovea.Cli.Converting;

/// <summary>Where weights come from, and what they are for.</summary>
internal sealed record ImportTarget
{
    /// <summary>What <c>--from</c> takes to find the source by the names.</summary>
    public const string Auto = "auto";

    public string? Source { get; init; }

    public string? Part { get; init; }

    public string? Model { get; init; }

    public string? Attention { get; init; }

    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = CommonFlags.NoOptions;

    public string? AttentionAt { get; init; }

    public int? ImageSize { get; init; }

    public string? Mechanism { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = CommonFlags.NoOptions;

    /// <summary>Whether any of its flags was given.</summary>
    public bool IsGiven => this is not { Source: null, Part: null, Model: null, Attention: null, AttentionAt: null, ImageSize: null, Mechanism: null }
        || AttentionOptions.Count + Options.Count > 0;

    /// <summary>The source to hand to the importer; null finds it.</summary>
    public string? Named => Source == Auto ? null : Source;

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

    /// <summary>Options of a mechanism: those given over those that the source implies.</summary>
    /// <exception cref="OptionException">One does not fit the mechanism.</exception>
    public JsonObject OptionsFor(string mechanism, IReadOnlyDictionary<string, string> given)
    {
        JsonObject all = Named is null ? [] : Io.Importer.ImpliedOptions(Named, mechanism);
        Card card = Catalog.Find(mechanism).Card;
        foreach (string name in all.Select(o => o.Key).Where(n => card.Option(n) is null).ToArray())
        {
            all.Remove(name);
        }

        foreach ((string name, string text) in given)
        {
            all[name] = Fovea.Attention.AttentionOptions.Parse(card, name, text);
        }

        return all;
    }

    private static OptionException Wrong(string message) => new("convert", $"{message}.");
}
