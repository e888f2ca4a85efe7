namespace Fovea.Io.PyTorch;

/// <summary>Finds the weights in what people put around them.</summary>
internal static class PyTorchStateDict
{
    private const int MaxPaths = 1_000_000;
    private static readonly string[] s_usual = ["state_dict", "model", "model_state_dict"];
    private static readonly string[] s_wrappers = ["module.", "_orig_mod."];

    /// <summary>The state dict that a key names or, without a key, the one that the file is about.</summary>
    public static IReadOnlyDictionary<string, Tensor> Find(PickleValue root, string? key)
    {
        PickleDict found = key is null ? FindUsual(root) : Follow(root, key);
        var state = new Dictionary<string, Tensor>(found.Entries.Count);
        foreach ((PickleValue name, PickleValue value) in found.Entries)
        {
            state.Add(((PickleText)name).Value, ((PickleTensor)value).Value);
        }

        return Unwrap(state);
    }

    /// <summary>Every tensor by its path.</summary>
    public static IReadOnlyDictionary<string, Tensor> Flatten(PickleValue root)
    {
        var tensors = new Dictionary<string, Tensor>();
        int paths = 0;
        Walk(root, string.Empty);
        return tensors;

        // Recursion is safe: the tree is at most PickleLimits.Depth deep.
        void Walk(PickleValue value, string path)
        {
            if (++paths > MaxPaths)
            {
                throw new PickleException($"the file shares its containers so often that they have more than {MaxPaths:N0} paths");
            }

            switch (value)
            {
                case PickleTensor tensor when !tensors.TryAdd(path, tensor.Value):
                    throw new PickleException($"two tensors have the path '{PickleException.Show(path)}'; take the one you need from Root");
                case PickleSequence sequence:
                    for (int i = 0; i < sequence.Items.Count; i++)
                    {
                        Walk(sequence.Items[i], Join(path, $"{i}"));
                    }

                    break;
                case PickleDict dict:
                    foreach ((PickleValue key, PickleValue item) in dict.Entries)
                    {
                        Walk(item, Join(path, key is PickleText text ? text.Value : key.ToString() ?? key.Kind));
                    }

                    break;
            }
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static PickleDict FindUsual(PickleValue root)
    {
        if (IsState(root))
        {
            return (PickleDict)root;
        }

        if (root is not PickleDict dict)
        {
            throw new PickleException($"the file holds a {root.Kind}; expected a dict of tensors");
        }

        // A checkpoint inside a checkpoint, such as {"model": {"state_dict": …}}, is looked into.
        (string Path, PickleDict Value)[] usual = [.. Candidates(dict, s_usual.Contains)];
        (string Path, PickleDict Value)[] found = usual.Length > 0 ? usual : [.. Candidates(dict, static _ => true)];
        return found switch
        {
            [var only] => only.Value,
            [] => throw new PickleException($"the file holds no dict of tensors; it holds {Describe(dict)}"),
            _ => throw new PickleException(
                $"the file holds {found.Length} state dicts: {string.Join(", ", found.Take(12).Select(c => $"'{PickleException.Show(c.Path)}' ({c.Value.Entries.Count} tensors)"))}; " +
                "say which one by its key"),
        };
    }

    private static IEnumerable<(string Path, PickleDict Value)> Candidates(PickleDict dict, Func<string, bool> isWanted)
    {
        foreach ((PickleValue key, PickleValue value) in dict.Entries)
        {
            if (key is not PickleText { Value: var name } || value is not PickleDict inner || !isWanted(name))
            {
                continue;
            }

            if (IsState(inner))
            {
                yield return (name, inner);
                continue;
            }

            foreach ((PickleValue innerKey, PickleValue innerValue) in inner.Entries)
            {
                if (innerKey is PickleText { Value: var innerName } && s_usual.Contains(innerName) && IsState(innerValue))
                {
                    yield return ($"{name}.{innerName}", (PickleDict)innerValue);
                }
            }
        }
    }

    private static PickleDict Follow(PickleValue root, string path)
    {
        PickleValue at = root;
        string rest = path;
        while (rest.Length > 0)
        {
            // A key may itself hold dots: the whole rest is tried first.
            int cut = rest.Length;
            PickleValue? next = null;
            while (cut > 0 && (at is not PickleDict dict || !dict.TryGet(rest[..cut], out next)))
            {
                cut = rest.LastIndexOf('.', cut - 1);
            }

            at = next ?? throw new PickleException(
                $"there is no '{PickleException.Show(path)}' in the file; it holds {Describe(at)}");
            rest = cut == rest.Length ? string.Empty : rest[(cut + 1)..];
        }

        return IsState(at)
            ? (PickleDict)at
            : throw new PickleException($"'{PickleException.Show(path)}' is not a dict of tensors, but {Describe(at)}");
    }

    private static bool IsState(PickleValue value) =>
        value is PickleDict { Entries.Count: > 0 } dict && dict.Entries.All(e => e is { Key: PickleText, Value: PickleTensor });

    private static string Describe(PickleValue value)
    {
        const int shown = 12;
        if (value is not PickleDict dict)
        {
            return $"a {value.Kind}";
        }

        IEnumerable<string> entries = dict.Entries.Take(shown).Select(e => $"{PickleException.Show(e.Key.ToString() ?? e.Key.Kind)}: {e.Value.Kind}");
        string more = dict.Entries.Count > shown ? $" and {dict.Entries.Count - shown} more" : string.Empty;
        return dict.Entries.Count == 0 ? "an empty dict" : $"a dict of {string.Join(", ", entries)}{more}";
    }

    private static Dictionary<string, Tensor> Unwrap(Dictionary<string, Tensor> state)
    {
        while (Array.Find(s_wrappers, w => state.Keys.All(n => n.StartsWith(w, StringComparison.Ordinal))) is { } wrapper)
        {
            state = state.ToDictionary(t => t.Key[wrapper.Length..], t => t.Value);
        }

        return state;
    }
}
