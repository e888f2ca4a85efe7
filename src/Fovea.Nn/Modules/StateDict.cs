namespace Fovea;

/// <summary>Names and values of a module's parameters and buffers: what checkpoints hold.</summary>
public static class StateDict
{
    /// <summary>The state of a module, by PyTorch's names. The tensors are the module's own, not copies.</summary>
    public static IReadOnlyDictionary<string, Tensor> Of(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.NamedParameters().Concat(module.NamedBuffers()).ToDictionary(t => t.Name, t => t.Value);
    }

    /// <summary>
    /// Copies values into a module. Every name must be there, none may be left over, and every shape must fit; nothing is changed
    /// unless all of it does.
    /// </summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="state">The values by name. Element types are converted.</param>
    /// <param name="isOptional">
    /// Names that may be missing from or left over in <paramref name="state"/>; the default allows only batch norm's
    /// <c>num_batches_tracked</c>, which counts steps and changes no result.
    /// </param>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ.</exception>
    public static void Load(Module module, IReadOnlyDictionary<string, Tensor> state, Func<string, bool>? isOptional = null) =>
        Fill(module, state, isOptional, static (value, source) => value.CopyFrom(source));

    /// <summary>
    /// Moves values into a module, by the rules of <see cref="Load"/>: for a state that was read for this module and is not needed
    /// afterwards. Its memory becomes the module's, so nothing is copied where the element types agree.
    /// </summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="state">The values by name; undefined afterwards.</param>
    /// <param name="isOptional">Names that may be missing or left over, as for <see cref="Load"/>.</param>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ.</exception>
    public static void Move(Module module, IReadOnlyDictionary<string, Tensor> state, Func<string, bool>? isOptional = null)
    {
        // Two names may stand for one tensor: the second finds its values where they went first.
        var moved = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        Fill(module, state, isOptional, (value, source) =>
        {
            if (moved.TryGetValue(source, out Tensor? where))
            {
                value.CopyFrom(where);
            }
            else
            {
                value.TakeFrom(source);
                moved.Add(source, value);
            }
        });
    }

    private static void Fill(
        Module module, IReadOnlyDictionary<string, Tensor> state, Func<string, bool>? isOptional, Action<Tensor, Tensor> fill)
    {
        ArgumentNullException.ThrowIfNull(state);
        isOptional ??= static name => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
        IReadOnlyDictionary<string, Tensor> own = Of(module);
        string[] missing = [.. own.Keys.Where(n => !state.ContainsKey(n) && !isOptional(n)).Order(StringComparer.Ordinal)];
        string[] unexpected = [.. state.Keys.Where(n => !own.ContainsKey(n) && !isOptional(n)).Order(StringComparer.Ordinal)];
        string[] misshapen =
        [
            .. own.Where(t => state.TryGetValue(t.Key, out Tensor? value) && value.Shape != t.Value.Shape)
                .Select(t => $"{t.Key} (expected {t.Value.Shape}, got {state[t.Key].Shape})"),
        ];
        if (missing.Length + unexpected.Length + misshapen.Length > 0)
        {
            throw new StateDictException(module.GetType().Name, missing, unexpected, misshapen);
        }

        foreach ((string name, Tensor value) in own)
        {
            if (state.TryGetValue(name, out Tensor? source))
            {
                fill(value, source);
            }
        }
    }
}

/// <summary>A state dict does not fit the module it is loaded into.</summary>
public sealed class StateDictException : DataFormatException
{
    /// <summary>Creates the error, which lists every name.</summary>
    public StateDictException(string module, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> misshapen)
        : base(Describe(module, missing, unexpected, misshapen))
    {
        Missing = missing;
        Unexpected = unexpected;
        Misshapen = misshapen;
    }

    /// <summary>Names that the module has and the state lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names that the state has and the module lacks.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Names whose shapes differ, with both shapes.</summary>
    public IReadOnlyList<string> Misshapen { get; }

    private static string Describe(string module, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> misshapen)
    {
        var parts = new List<string>();
        Add("missing", missing);
        Add("unexpected", unexpected);
        Add("of another shape", misshapen);
        return $"{module}: the state dict does not fit: {string.Join("; ", parts)}. Check the model's options, or map the names first.";

        void Add(string what, IReadOnlyList<string> names)
        {
            if (names.Count > 0)
            {
                const int shown = 12;
                string more = names.Count > shown ? $" and {names.Count - shown} more" : string.Empty;
                parts.Add($"{what}: {string.Join(", ", names.Take(shown))}{more}");
            }
        }
    }
}
