using System.Globalization;
using System.Text.RegularExpressions;

namespace Fovea.Io.PyTorch;

/// <summary>The storages that a pickle names by persistent ids. Each is kept once, however many tensors are views of it.</summary>
internal sealed partial class TorchStorageTable(ParseBudget budget)
{
    private readonly Dictionary<(string Key, StoredType Type, long Elements), TorchStorage> _storages = [];

    /// <summary>Every storage that the pickle names, whether a tensor that is kept has it or not.</summary>
    public IReadOnlyCollection<TorchStorage> All => _storages.Values;

    /// <summary>What a persistent id stands for: a storage, an inert object where its type is unknown, or the class of a pickled module.</summary>
    public PickleValue Find(PickleValue id)
    {
        if (id is not PickleSequence { Items: [PickleText { Value: var kind }, ..] items })
        {
            throw new PickleException("a persistent id is not a tuple that begins with a text");
        }

        // Beside the class of a module old files keep its source text, which is not looked at.
        if (kind == "module")
        {
            return new PickleArguments("a module", items, budget).Expect(2, 4).At<PickleObject>(1, "a class");
        }

        if (kind != "storage")
        {
            throw new PickleException($"the pickle has a persistent id '{ErrorText.Of(kind)}'; only 'storage' and 'module' are read");
        }

        PickleArguments arguments = new PickleArguments("a storage", items, budget).Expect(5, 6);
        if (arguments.Object(1) is { } unknown)
        {
            return unknown;
        }

        var type = arguments.At<PickleStorageType>(1, "a storage type");
        TorchStorage storage = Add(arguments.Text(2), type.Type, arguments.Whole(4));
        if (items.Count == 5 || items[5] is PickleNone)
        {
            return new PickleStorage(storage, 0, storage.Elements);
        }

        PickleArguments view = arguments.Inner("a storage view", 5).Expect(3, 3);
        (long offset, long length) = (view.Whole(1), view.Whole(2));
        return offset <= storage.Elements && length <= storage.Elements - offset
            ? new PickleStorage(storage, offset, length)
            : throw new PickleException(
                $"a view of {length} elements at {offset} of the storage '{ErrorText.Of(storage.Key)}', which has {storage.Elements}");
    }

    /// <summary>The same from protocol 0, which has no values but texts here: <c>('storage', &lt;class 'torch.FloatStorage'&gt;, '0', 'cpu', 6)</c>.</summary>
    public PickleValue Find(string id)
    {
        Match match = PlainId().Match(id);
        if (!match.Success)
        {
            throw new PickleException($"the persistent id \"{ErrorText.Of(id)}\" is not that of a storage");
        }

        if (TorchTypes.OfStorage(match.Groups["type"].Value) is not { } type)
        {
            return new PickleObject($"torch.{match.Groups["type"].Value}");
        }

        long elements = long.TryParse(match.Groups["elements"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : long.MaxValue;
        TorchStorage storage = Add(match.Groups["key"].Value, type, elements);
        return new PickleStorage(storage, 0, elements);
    }

    private TorchStorage Add(string key, StoredType type, long elements)
    {
        if (key.Length > PickleLimits.NameBytes)
        {
            throw new PickleException($"the name of a storage has {key.Length} characters; at most {PickleLimits.NameBytes} are allowed");
        }

        if (elements > long.MaxValue / sizeof(double))
        {
            throw new PickleException($"the storage '{ErrorText.Of(key)}' claims {elements} elements");
        }

        if (!_storages.TryGetValue((key, type, elements), out TorchStorage? storage))
        {
            budget.Take(PickleLimits.TensorBytes);
            _storages.Add((key, type, elements), storage = new TorchStorage(key, type, elements));
        }

        return storage;
    }

    [GeneratedRegex(@"^\('storage', <class 'torch\.(?:storage\.)?(?<type>\w+)'>, '(?<key>[^'\\]*)', '[^'\\]*', (?<elements>\d+)(?:, None)?\)$")]
    private static partial Regex PlainId();
}
