namespace Fovea.Training.Data;

/// <summary>
/// Divides a set class by class. Which pictures go where depends on the seed and on their names alone: a picture that is added or taken
/// away elsewhere moves at most one other of its class across each border.
/// </summary>
public static class StratifiedSplit
{
    /// <summary>
    /// The given part of each class and the rest: rounded, but one at least of a class with two, and never all of a class.
    /// </summary>
    /// <param name="all">The set to divide.</param>
    /// <param name="fraction">The size of the part, 0 to below 1.</param>
    /// <param name="seed">Chooses which pictures.</param>
    /// <returns>The indices of the part and of the rest, each in the order of the whole.</returns>
    public static (int[] Part, int[] Others) HoldOut(IImageDataset all, double fraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(all);
        if (fraction is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "expected 0 to below 1.");
        }

        return Take(all, Shuffled(all, seed, "split"), members =>
            fraction == 0 || members == 1 ? (0, 0) : (0, Math.Clamp(Rounded(fraction, members), 1, members - 1)));
    }

    /// <summary>A share of each class, one picture at least: what is left of a set of which only a part is wanted.</summary>
    /// <param name="all">The set.</param>
    /// <param name="fraction">The share, above 0 to 1.</param>
    /// <param name="seed">Chooses which pictures.</param>
    internal static int[] Share(IImageDataset all, double fraction, ulong seed) =>
        Take(all, Shuffled(all, seed, "fraction"), members => (0, Math.Max(1, Rounded(fraction, members)))).Part;

    /// <summary>
    /// One of several parts of a set, and the rest. Every picture is in one part; the parts differ by one picture at most, in each class
    /// and in all.
    /// </summary>
    /// <param name="all">The set to divide.</param>
    /// <param name="folds">How many parts, at least 2.</param>
    /// <param name="fold">Which part, 1 to <paramref name="folds"/>.</param>
    /// <param name="seed">Chooses which pictures.</param>
    /// <returns>The indices of the part and of the rest, each in the order of the whole.</returns>
    public static (int[] Part, int[] Others) Fold(IImageDataset all, int folds, int fold, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(fold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fold, folds);
        int before = 0;
        return Take(all, Shuffled(all, seed, "folds"), members =>
        {
            // What a class has beyond a multiple of the folds goes to the folds after those that the class before filled up.
            int least = members / folds, extra = members % folds, first = before % folds;
            before += extra;
            bool HasExtra(int index) => (index - first + folds) % folds < extra;
            int start = (fold - 1) * least + Enumerable.Range(0, fold - 1).Count(HasExtra);
            return (start, start + least + (HasExtra(fold - 1) ? 1 : 0));
        });
    }

    /// <summary>A share of the classes whole, two at least, and the rest: what is left for training has none of their pictures.</summary>
    /// <param name="all">The set to divide.</param>
    /// <param name="fraction">The share, above 0 to below 1.</param>
    /// <param name="seed">Chooses which classes.</param>
    internal static (int[] Part, int[] Others) HoldOutClasses(IImageDataset all, double fraction, ulong seed) =>
        WholeClasses(all, seed, "split", classes => (0, Math.Min(classes, Math.Max(2, Rounded(fraction, classes)))));

    /// <summary>One of several parts that share no class, and the rest.</summary>
    /// <param name="all">The set to divide.</param>
    /// <param name="folds">How many parts, at least 2.</param>
    /// <param name="fold">Which part, 1 to <paramref name="folds"/>.</param>
    /// <param name="seed">Chooses which classes.</param>
    internal static (int[] Part, int[] Others) FoldClasses(IImageDataset all, int folds, int fold, ulong seed) =>
        WholeClasses(all, seed, "folds", classes => ((int)((long)classes * (fold - 1) / folds), (int)((long)classes * fold / folds)));

    /// <summary>The pictures of these names, and the rest.</summary>
    internal static (int[] Part, int[] Others) ByName(IImageDataset all, IReadOnlyCollection<string> names)
    {
        var wanted = names.Select(NormalForm.Of).ToHashSet(StringComparer.Ordinal);
        ILookup<bool, int> sides = Enumerable.Range(0, all.Count).ToLookup(i => wanted.Contains(NormalForm.Of(all.Name(i))));
        return ([.. sides[true]], [.. sides[false]]);
    }

    private static (int[] Part, int[] Others) WholeClasses(IImageDataset all, ulong seed, string purpose, Func<int, (int From, int To)> range)
    {
        Generator random = new Generator(seed).Fork(purpose);
        int[] order = [.. Enumerable.Range(0, all.Count).Select(all.Label).Distinct().OrderBy(c => random.Fork(NormalForm.Of(all.Classes[c])).NextUInt64())];
        (int from, int to) = range(order.Length);
        HashSet<int> taken = [.. order[from..to]];
        ILookup<bool, int> sides = Enumerable.Range(0, all.Count).ToLookup(i => taken.Contains(all.Label(i)));
        return ([.. sides[true]], [.. sides[false]]);
    }

    private static int Rounded(double fraction, int members) => (int)Math.Round(fraction * members, MidpointRounding.AwayFromZero);

    private static List<int>[] Shuffled(IImageDataset all, ulong seed, string purpose)
    {
        var members = new List<(ulong Key, int Index)>?[all.Classes.Count];
        Generator random = new Generator(seed).Fork(purpose);
        for (int i = 0; i < all.Count; i++)
        {
            (members[all.Label(i)] ??= []).Add((random.Fork(NormalForm.Of(all.Name(i))).NextUInt64(), i));
        }

        return [.. members.OfType<List<(ulong Key, int Index)>>().Select(m => m.OrderBy(p => p.Key).Select(p => p.Index).ToList())];
    }

    private static (int[] Part, int[] Others) Take(IImageDataset all, List<int>[] classes, Func<int, (int From, int To)> range)
    {
        bool[] isTaken = new bool[all.Count];
        foreach (List<int> members in classes)
        {
            (int from, int to) = range(members.Count);
            members[from..to].ForEach(i => isTaken[i] = true);
        }

        ILookup<bool, int> sides = Enumerable.Range(0, all.Count).ToLookup(i => isTaken[i]);
        return ([.. sides[true]], [.. sides[false]]);
    }
}
