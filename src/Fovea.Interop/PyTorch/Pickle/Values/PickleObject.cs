using Fovea.Io.PyTorch;

namespace Fovea.Io;

/// <summary>
/// A class, a function or an object that is not on the allow-list: a name, and nothing that can be looked into. Its arguments and its
/// state are read over and dropped, and nothing of it runs. Only entries that the file sets on it one by one, as on a dictionary, are
/// kept for the search for weights: that is how a subclass of <c>dict</c> is stored.
/// </summary>
public sealed class PickleObject : PickleContainer
{
    private PickleDict? _entries;

    internal PickleObject(string name) => Kind = name;

    /// <summary>The name in Python, such as <c>argparse.Namespace</c>.</summary>
    public override string Kind { get; }

    /// <summary>What was set on it as on a dictionary; null when nothing was.</summary>
    internal PickleDict? Entries => _entries;

    internal override int ChildCount => _entries?.ChildCount ?? 0;

    /// <inheritdoc/>
    public override string ToString() => Kind;

    internal override PickleValue Child(int index) => _entries!.Child(index);

    internal bool Set(PickleValue key, PickleValue value)
    {
        Enter(key);
        Enter(value);
        _entries ??= new();
        return _entries.Set(key, value);
    }

    /// <summary>What calling it gives: another object of its name or, where it only rebuilds an object of a class, of that class' name.</summary>
    internal PickleObject Call(IReadOnlyList<PickleValue> arguments) => Kind switch
    {
        "copyreg._reconstructor" or "copy_reg._reconstructor" or "copyreg.__newobj__" or "copyreg.__newobj_ex__"
            or "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct"
            when arguments is [PickleObject { Kind: var name }, ..] => new(name),

        // How enumeration values are stored. The name stays as short as any other.
        "builtins.getattr" or "__builtin__.getattr" when arguments is [PickleObject { Kind: var owner }, PickleText { Value: var member }]
            && owner.Length + member.Length < PickleLimits.NameBytes => new($"{owner}.{member}"),
        "numpy.core.numeric._frombuffer" or "numpy._core.numeric._frombuffer" => new("numpy.ndarray"),
        _ => new(Kind),
    };
}
