namespace Fovea.Io.PyTorch;

/// <summary>Names what a file holds beside the weights that were taken.</summary>
internal static class LeftAside
{
    /// <summary>The most things that are named one by one.</summary>
    public const int Most = 100;

    /// <summary>What lies beside the way to a state dict, as it lies, but that the other state dicts, which have their own list, are left out.</summary>
    /// <param name="chosen">The state dict.</param>
    /// <param name="others">Others in the file.</param>
    /// <param name="dropped">What of the state dict itself was not taken.</param>
    public static IReadOnlyList<string> Of(StatePath chosen, StatePath[] others, IReadOnlyList<string> dropped)
    {
        var found = new List<string>();
        var done = new HashSet<PickleValue>(others.Select(o => o.Value), ReferenceEqualityComparer.Instance);
        StatePath[] steps = [.. chosen.Steps()];
        done.UnionWith(steps.Select(s => s.Value));
        foreach (StatePath step in steps)
        {
            Collect(found, done, Up(step.Parent!), step.Parent!.Value, onlyObjects: false);
        }

        found.AddRange(dropped);
        return found.Count <= Most ? found : [.. found.Take(Most), $"and {found.Count - Most:N0} more"];
    }

    /// <summary>Adds a value by its name and kind.</summary>
    public static void Add(List<string> list, string name, PickleValue value) => Add(list, name, value.Kind);

    /// <summary>Adds something by its name and kind.</summary>
    public static void Add(List<string> list, string name, string kind) => list.Add($"{ErrorText.Of(name)} ({ErrorText.Of(kind)})");

    // A container of plain data is named as a whole; in one that holds inert objects, these are.
    private static void Collect(List<string> found, HashSet<PickleValue> done, string path, PickleValue value, bool onlyObjects)
    {
        var container = (PickleContainer)value;
        bool isDict = StateDictSearch.AsDict(value) is not null;
        for (int i = isDict ? 1 : 0; i < container.ChildCount; i += isDict ? 2 : 1)
        {
            PickleValue child = container.Child(i);
            string name = Join(path, isDict ? container.Child(i - 1) : null, i);
            if (child is PickleContainer { HoldsObjects: true } and not PickleObject)
            {
                // Shared ones are walked once; depth is bounded.
                if (done.Add(child))
                {
                    Collect(found, done, name, child, onlyObjects: true);
                }
            }
            else if (!done.Contains(child) && (!onlyObjects || child is PickleObject))
            {
                Add(found, name, child);
            }
        }
    }

    private static string Up(StatePath path) => path.Parent is null ? string.Empty : Cut(path.Key);

    // No more than is shown is kept: a long key above many things is not copied for each.
    private static string Join(string path, PickleValue? key, int index)
    {
        string name = key switch
        {
            null => $"{index}",
            PickleText text => Cut(text.Value),
            _ => Cut(key.ToString() ?? key.Kind),
        };
        return path.Length == 0 ? name : Cut($"{path}.{name}");
    }

    private static string Cut(string name) => name.Length <= ErrorText.Shown ? name : name[..(ErrorText.Shown + 1)];
}
