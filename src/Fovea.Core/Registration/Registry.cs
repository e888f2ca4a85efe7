namespace Fovea;

/// <summary>
/// Things that are found by name: those that Fovea brings, in their order, then those that programs add. Adding is safe beside looking up;
/// a look-up takes no lock.
/// </summary>
/// <typeparam name="TEntry">What is found.</typeparam>
public sealed class Registry<TEntry>
    where TEntry : class
{
    private readonly Lock _gate = new();
    private readonly string _what;
    private readonly Func<TEntry, string> _keyOf;
    private readonly Func<string, bool>? _isTaken;
    private volatile Snapshot _now;

    /// <summary>Creates the registry.</summary>
    /// <param name="what">What it holds, in one word, for errors: <c>mechanism</c>.</param>
    /// <param name="keyOf">The name of an entry.</param>
    /// <param name="entries">What it begins with.</param>
    /// <param name="isTaken">Names that mean something already though no entry has them; null when there are none.</param>
    /// <exception cref="ArgumentException">Two entries have one name.</exception>
    public Registry(string what, Func<TEntry, string> keyOf, IEnumerable<TEntry> entries, Func<string, bool>? isTaken = null)
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        ArgumentNullException.ThrowIfNull(entries);
        (_what, _keyOf, _isTaken) = (what, keyOf, isTaken);
        TEntry[] all = [.. entries];
        _now = new Snapshot(all, [.. all.Select(keyOf)], all.ToDictionary(keyOf, StringComparer.Ordinal));
    }

    /// <summary>All entries.</summary>
    public IReadOnlyList<TEntry> All => _now.All;

    /// <summary>All names.</summary>
    public IReadOnlyList<string> Keys => _now.Keys;

    /// <summary>Adds an entry.</summary>
    /// <exception cref="ArgumentException">The name is not made of letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, or it is taken.</exception>
    public void Add(TEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        string key = _keyOf(entry);
        if (key.Length == 0 || !char.IsAsciiLetterOrDigit(key[0]) || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw new ArgumentException($"{_what}: expected a name of letters, digits, _, - and ., which begins with a letter or digit, got \"{key}\".", nameof(entry));
        }

        lock (_gate)
        {
            Snapshot before = _now;
            if (before.ByKey.ContainsKey(key) || _isTaken?.Invoke(key) == true)
            {
                throw new ArgumentException($"{_what}: there is a {_what} \"{key}\" already; choose another name, and register it once.", nameof(entry));
            }

            _now = new Snapshot([.. before.All, entry], [.. before.Keys, key], new Dictionary<string, TEntry>(before.ByKey, StringComparer.Ordinal) { [key] = entry });
        }
    }

    /// <summary>Whether there is an entry of that name.</summary>
    public bool Contains(string key) => _now.ByKey.ContainsKey(key);

    /// <summary>The entry of that name, or null.</summary>
    public TEntry? Get(string key) => _now.ByKey.GetValueOrDefault(key);

    private sealed record Snapshot(TEntry[] All, string[] Keys, Dictionary<string, TEntry> ByKey);
}
