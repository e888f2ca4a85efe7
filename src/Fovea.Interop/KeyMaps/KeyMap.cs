namespace Fovea.Io.KeyMaps;

/// <summary>An option of ours that a source leaves no choice in.</summary>
/// <param name="Mechanism">The mechanism's key.</param>
/// <param name="Option">The option's name.</param>
/// <param name="Value">The value, as JSON.</param>
internal sealed record Implied(string Mechanism, string Option, string Value);

/// <summary>The names of one module in one source, and how they become ours.</summary>
/// <param name="Source">The source's name, as users give it.</param>
/// <param name="Mechanism">The key of the mechanism that it fills; empty for a plain model.</param>
/// <param name="Origin">The repository or text that it describes.</param>
internal sealed record KeyMap(string Source, string Mechanism, string Origin)
{
    /// <summary>The rules.</summary>
    public required IReadOnlyList<KeyRule> Rules { get; init; }

    /// <summary>What the module is called inside the source's models, and what our slot there is called.</summary>
    public IReadOnlyList<(string From, string To)> Slots { get; init; } = [];

    /// <summary>Whether weights of a whole model are recognised by these names: its other parts have names of ours (default false).</summary>
    public bool TellsModel { get; init; }

    /// <summary>Options that the source fixes although no name or shape in it shows them.</summary>
    public IReadOnlyList<Implied> Implies { get; init; } = [];

    /// <summary>Biases that ours has and the source never: they are zero there.</summary>
    public IReadOnlyList<string> ZeroWhenAbsent { get; init; } = [];

    /// <summary>More that must hold of the file for this map to be the one, after the rules have been applied.</summary>
    public Func<IReadOnlyDictionary<string, Tensor>, bool>? Fits { get; init; }

    /// <summary>Whether a tensor of ours is zero where the source lacks it.</summary>
    public bool IsZeroWhenAbsent(string name) => ZeroWhenAbsent.Any(z => name == z || name.EndsWith($".{z}", StringComparison.Ordinal));

    /// <summary>The mapping of a whole state dict.</summary>
    public Mapping Apply(IReadOnlyDictionary<string, Tensor> tensors, bool intoSingleModule, ICollection<string> ownNames)
    {
        var mapping = new Mapping(this);
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (!TryApply(mapping, name, tensor, intoSingleModule, ownNames))
            {
                mapping.Keep(name, tensor, ownNames.Contains(name));
            }
        }

        return mapping;
    }

    private bool TryApply(Mapping mapping, string name, Tensor tensor, bool intoSingleModule, ICollection<string> ownNames)
    {
        foreach (KeyRule rule in Rules)
        {
            if (rule.TryApply(name, tensor, out string prefix, out string renamed) && TargetPrefix(prefix) is { } target)
            {
                string ours = intoSingleModule || target.Length == 0 ? renamed : $"{target}.{renamed}";

                // What the module itself calls so, as a network does that has the mechanism by definition, is not to become another's.
                if (ours == name || !ownNames.Contains(name) || ownNames.Contains(ours))
                {
                    mapping.Add(rule, name, prefix, ours, tensor);
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Our name of the module that stands at a place of the source's model, or null when none stands there.</summary>
    private string? TargetPrefix(string prefix)
    {
        if (prefix.Length == 0)
        {
            return string.Empty;
        }

        string[] segments = prefix.Split('.');
        foreach ((string from, string to) in Slots)
        {
            string[] slot = from.Split('.');
            int start = segments.Length - slot.Length;
            int? number = null;
            bool matches = start >= 0;
            for (int i = 0; matches && i < slot.Length; i++)
            {
                matches = Numbered.Matches(slot[i], segments[start + i], ref number);
            }

            if (matches)
            {
                return string.Join('.', [.. segments[..start], Numbered.Fill(to, number)]);
            }
        }

        return null;
    }
}
