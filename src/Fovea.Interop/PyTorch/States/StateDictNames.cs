using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>
/// Takes off the prefixes of modules that only wrap another: <c>module</c> of DataParallel, <c>_orig_mod</c> of compile, and <c>module</c>
/// beside <c>n_averaged</c> of AveragedModel. A wrapper is told by its having no other child, wherever it stands:
/// <c>features.module.0.weight</c> is <c>features.0.weight</c> if everything in <c>features</c> is in its <c>module</c>.
/// </summary>
internal static class StateDictNames
{
    private const string Counter = "n_averaged";
    private static readonly string[] s_wrappers = ["module.", "_orig_mod."];

    /// <summary>The names without the wrappers, in the same order; null for the counter of an averaged model, which is no weight.</summary>
    /// <remarks>Names are walked once, piece by piece, as the branches of one tree.</remarks>
    public static string?[] Unwrap(IReadOnlyList<string> names)
    {
        if (!names.Any(n => s_wrappers.Any(w => n.Contains(w, StringComparison.Ordinal))))
        {
            return [.. names];
        }

        // Neighbours share their beginnings: a branch of the tree is a range.
        int[] order = [.. Enumerable.Range(0, names.Count)];
        Array.Sort([.. names], order, StringComparer.Ordinal);
        var kept = new StringBuilder?[names.Count];
        var open = new Stack<(int From, int To, int At)>([(0, names.Count, 0)]);
        while (open.TryPop(out (int From, int To, int At) range))
        {
            List<(int From, int To, int At)> branches = Branches(range);
            bool isWrapped = Wrapper(branches, range.At) >= 0;
            foreach ((int from, int to, int at) in branches)
            {
                bool isLeaf = at == names[order[from]].Length;
                for (int i = from; i < to; i++)
                {
                    if (!isWrapped)
                    {
                        (kept[order[i]] ??= new()).Append(names[order[i]], range.At, at - range.At);
                    }
                }

                if (!isLeaf)
                {
                    open.Push((from, to, at));
                }
            }
        }

        return [.. kept.Select(k => k?.ToString())];

        // The ranges of names that go on with the same piece, and where the next piece begins.
        List<(int From, int To, int At)> Branches((int From, int To, int At) range)
        {
            var found = new List<(int From, int To, int At)>();
            for (int i = range.From; i < range.To; i++)
            {
                ReadOnlySpan<char> piece = Piece(names[order[i]], range.At);
                if (found.Count > 0 && piece.SequenceEqual(Piece(names[order[found[^1].From]], range.At)))
                {
                    found[^1] = found[^1] with { To = i + 1 };
                }
                else
                {
                    found.Add((i, i + 1, range.At + piece.Length));
                }
            }

            return found;
        }

        // Which branch is all that there is but for a counter; -1 for none.
        int Wrapper(List<(int From, int To, int At)> branches, int at)
        {
            int wrapper = branches.FindIndex(b => s_wrappers.Any(w => Piece(names[order[b.From]], at).SequenceEqual(w)));
            return wrapper >= 0 && branches.Where((_, i) => i != wrapper).All(b => Piece(names[order[b.From]], at).SequenceEqual(Counter)) ? wrapper : -1;
        }
    }

    // With its dot, or up to the end.
    private static ReadOnlySpan<char> Piece(string name, int at)
    {
        int dot = name.IndexOf('.', at);
        return dot < 0 ? name.AsSpan(at) : name.AsSpan(at, dot + 1 - at);
    }
}
