namespace Fovea.Io.PyTorch;

/// <summary>
/// Finds the weights in what people put around them. The rule: the file's own value, if it is a state dict; then the shortest path of
/// usual names (<c>state_dict</c>, <c>model</c>, <c>state.model</c>, …), the earlier name first; then the only state dict nearest to the
/// top. Two that are equally near are an error that lists them. Each container is visited once.
/// </summary>
internal static class StateDictSearch
{
    private const int Shown = 12;

    /// <summary>The state dict that a key names or, without a key, the one that the file is about.</summary>
    public static PyTorchState Find(PickleValue root, string? key, ParseBudget budget)
    {
        var file = new StatePath(null, string.Empty, root);
        StatePath start = key is null ? file : Follow(file, key);
        List<StatePath> found = Candidates(start, budget);
        StatePath chosen = found.Count > 0
            ? Choose(found, start)
            : throw new PickleException(key is null
                ? $"the file holds no dict of tensors; it holds {Describe(root)}"
                : $"'{ErrorText.Of(key)}' is not a dict of tensors, but {Describe(start.Value)}");
        StatePath[] others = [.. (key is null ? found : Candidates(file, budget)).Where(c => c.Value != chosen.Value && !c.IsBookkeeping)];
        (IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyList<string> dropped) = Tensors(AsDict(chosen.Value)!, chosen.Key);
        return new PyTorchState(ErrorText.Of(chosen.Key), tensors)
        {
            Alternatives = [.. others.Take(LeftAside.Most).Select(o => ErrorText.Of(o.Key))],
            LeftAside = LeftAside.Of(chosen, others, dropped),
        };
    }

    /// <summary>A dictionary, or an object that was filled like one.</summary>
    public static PickleDict? AsDict(PickleValue value) => value as PickleDict ?? (value as PickleObject)?.Entries;

    private static StatePath Choose(List<StatePath> found, StatePath start)
    {
        if (found[0] == start)
        {
            return start;
        }

        StatePath[] usual = [.. found.Where(c => c.IsUsual).OrderBy(c => c.Order, StringComparer.Ordinal)];
        if (usual.Length > 0 && (usual.Length == 1 || usual[0].Order != usual[1].Order))
        {
            return usual[0];
        }

        StatePath[] models = [.. found.Where(c => !c.IsBookkeeping)];
        StatePath[] nearest = [.. (models.Length > 0 ? models : [.. found]).GroupBy(c => c.Depth).MinBy(g => g.Key)!];
        return nearest is [var only]
            ? only
            : throw new PickleException(
                $"the file holds {found.Count} state dicts: " +
                $"{string.Join(", ", nearest.Take(Shown).Select(c => $"'{ErrorText.Of(c.Key)}' ({AsDict(c.Value)!.Entries.Count} tensors)"))}; say which one by its key");
    }

    private static List<StatePath> Candidates(StatePath start, ParseBudget budget)
    {
        var found = new List<StatePath>();
        var seen = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance);
        var open = new Queue<StatePath>([start]);
        while (open.TryDequeue(out StatePath? at))
        {
            if (at.Value is not PickleContainer { HoldsTensors: true } container || !seen.Add(container))
            {
                continue;
            }

            budget.Walk(container.ChildCount);
            if (IsState(container, isExpected: at == start || at.IsUsual))
            {
                found.Add(at);
            }
            else if (AsDict(container) is { } dict)
            {
                foreach ((PickleValue key, PickleValue value) in dict.Entries)
                {
                    if (key is PickleText text && value is PickleContainer)
                    {
                        open.Enqueue(at.Step(text.Value, value));
                    }
                }
            }
            else if (at == start)
            {
                for (int i = 0; i < container.ChildCount; i++)
                {
                    open.Enqueue(at.Step($"{i}", container.Child(i)));
                }
            }
        }

        return found;
    }

    // Where weights are expected, plain values may lie among the tensors; elsewhere it takes tensors alone.
    private static bool IsState(PickleContainer container, bool isExpected)
    {
        bool any = false;
        foreach ((PickleValue key, PickleValue value) in AsDict(container)?.Entries ?? [])
        {
            bool fits = value is PickleTensor || (key is PickleText { Value: var name } && IsExtra(name)) || (isExpected && value is not PickleContainer { HoldsTensors: true });
            if (key is not PickleText || !fits)
            {
                return false;
            }

            any |= value is PickleTensor;
        }

        return any;
    }

    private static StatePath Follow(StatePath file, string key)
    {
        StatePath at = file;
        string rest = key;
        while (rest.Length > 0)
        {
            // A key may itself hold dots: the whole rest is tried first.
            int cut = rest.Length;
            PickleValue? next = null;
            while (cut > 0 && !TryStep(at.Value, rest[..cut], out next))
            {
                cut = rest.LastIndexOf('.', cut - 1);
            }

            at = at.Step(rest[..Math.Max(cut, 0)], next ?? throw new PickleException($"there is no '{ErrorText.Of(key)}' in the file; it holds {Describe(at.Value)}"));
            rest = cut == rest.Length ? string.Empty : rest[(cut + 1)..];
        }

        return at;
    }

    private static bool TryStep(PickleValue value, string name, out PickleValue? next)
    {
        next = null;
        if (value is PickleSequence { Items: var items } && int.TryParse(name, out int index) && index >= 0 && index < items.Count)
        {
            next = items[index];
        }

        return next is not null || (AsDict(value)?.TryGet(name, out next) ?? false);
    }

    private static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyList<string> Dropped) Tensors(PickleDict dict, string path)
    {
        var names = new List<string>();
        var tensors = new List<Tensor>();
        var dropped = new List<string>();
        foreach ((PickleValue key, PickleValue value) in dict.Entries)
        {
            string name = ((PickleText)key).Value;
            switch (value)
            {
                case PickleTensor tensor:
                    names.Add(name);
                    tensors.Add(tensor.Value);
                    break;
                case PickleObject unknown when !IsExtra(name):
                    throw new PickleException(
                        $"'{ErrorText.Of(name)}'{(path.Length > 0 ? $" in '{ErrorText.Of(path)}'" : "")} depends on {ErrorText.Of(unknown.Kind)}, " +
                        "which only its own program can read, where a tensor is expected; load the file there and save the model's state_dict() without it");
                default:
                    LeftAside.Add(dropped, name, value);
                    break;
            }
        }

        string?[] unwrapped = StateDictNames.Unwrap(names);
        var state = new Dictionary<string, Tensor>(names.Count);
        for (int i = 0; i < names.Count; i++)
        {
            if (unwrapped[i] is { } name)
            {
                state.Add(name, tensors[i]);
            }
            else
            {
                LeftAside.Add(dropped, names[i], "Tensor");
            }
        }

        return (state, dropped);
    }

    // What a module keeps by get_extra_state, of any kind.
    private static bool IsExtra(string name) => name.EndsWith("_extra_state", StringComparison.Ordinal);

    private static string Describe(PickleValue value)
    {
        if (AsDict(value) is not { } dict)
        {
            return value is PickleObject
                ? $"a {ErrorText.Of(value.Kind)}, which only its own program can read; load the file there and save the model's state_dict()"
                : $"a {ErrorText.Of(value.Kind)}";
        }

        IEnumerable<string> entries = dict.Entries.Take(Shown).Select(e => $"{Name(e.Key)}: {ErrorText.Of(e.Value.Kind)}");
        string more = dict.Entries.Count > Shown ? $" and {dict.Entries.Count - Shown} more" : string.Empty;
        string advice = dict.Entries.Any(e => e.Value is PickleObject)
            ? "; what is no plain data only its own program can read: load the file there and save the model's state_dict()"
            : string.Empty;
        return dict.Entries.Count == 0 ? "an empty dict" : $"a dict of {string.Join(", ", entries)}{more}{advice}";
    }

    private static string Name(PickleValue key) => key is PickleText text ? $"'{ErrorText.Of(text.Value)}'" : ErrorText.Of(key.ToString() ?? key.Kind);
}
