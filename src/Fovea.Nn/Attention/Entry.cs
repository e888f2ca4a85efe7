using System.Text.Json.Nodes;

namespace Fovea.Attention;

/// <summary>One line of the catalogue.</summary>
public sealed class Entry
{
    private readonly Func<AttentionOptions, Module> _create;

    private Entry(Card card, Type type, Func<AttentionOptions, Module> create)
    {
        Card = card;
        Type = type;
        _create = create;
    }

    /// <summary>The mechanism's card.</summary>
    public Card Card { get; }

    /// <summary>The type that implements it.</summary>
    public Type Type { get; }

    /// <summary>The line for a mechanism.</summary>
    public static Entry Of<TAttention>()
        where TAttention : Module, IAttention<TAttention> => new(TAttention.Card, typeof(TAttention), static o => TAttention.Create(o));

    /// <summary>Builds the mechanism.</summary>
    /// <exception cref="OptionException">The options are another mechanism's, or one does not fit.</exception>
    public Module Create(AttentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Card.Key != Card.Key)
        {
            throw new OptionException(Card.Key, $"expected its own options, got those of {options.Card.Key}; make them with AttentionOptions.Of and the card of {Card.Key}.");
        }

        Module module = _create(options);
        module.EnsureBuilt();
        return module;
    }

    /// <summary>Builds the mechanism from JSON options.</summary>
    /// <exception cref="OptionException">An option does not fit.</exception>
    public Module Create(JsonObject options) => Create(AttentionOptions.From(Card, options));

    /// <summary>Builds the mechanism for a place in a model: options that follow from the place are filled in unless given.</summary>
    /// <exception cref="OptionException">An option does not fit.</exception>
    public Module CreateFor(SlotShape slot, JsonObject? options = null)
    {
        JsonObject all = options?.DeepClone().AsObject() ?? [];
        foreach ((string name, object value) in Fitted(slot))
        {
            if (!all.ContainsKey(name))
            {
                all[name] = AttentionOptions.ToJson(value);
            }
        }

        return Create(all);
    }

    /// <summary>The options that follow from a place in a model.</summary>
    public IReadOnlyDictionary<string, object> Fitted(SlotShape slot) => Card.Fit?.Invoke(slot)
        ?? (Card.Option("channels") is null ? new Dictionary<string, object>() : new Dictionary<string, object> { ["channels"] = slot.Channels });
}
