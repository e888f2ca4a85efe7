namespace Fovea.Io.PyTorch;

/// <summary>
/// The allow-list: the names of a pickle that have a meaning, and what Fovea does in their place. Nothing is looked up by reflection,
/// so no name can run; one that is not here becomes an inert <see cref="PickleObject"/>.
/// </summary>
internal sealed class PickleGlobals
{
    private static readonly Dictionary<string, Func<PickleArguments, PickleValue>> s_functions = new()
    {
        ["collections.OrderedDict"] = OrderedDict,
        ["collections.defaultdict"] = static a => a.Expect(0, 2).Count < 2 ? new PickleDict() : CopyDict(a, 1),
        ["collections.Counter"] = static a => a.Expect(0, 1).Count == 0 ? new PickleDict() : CopyDict(a, 0),
        ["__builtin__.set"] = Set,
        ["builtins.set"] = Set,
        ["__builtin__.frozenset"] = Set,
        ["builtins.frozenset"] = Set,
        ["__builtin__.bytes"] = Bytes,
        ["builtins.bytes"] = Bytes,
        ["_codecs.encode"] = NumpyScalars.Latin1,
        ["numpy.dtype"] = NumpyScalars.Type,
        ["numpy.core.multiarray.scalar"] = NumpyScalars.Scalar,
        ["numpy._core.multiarray.scalar"] = NumpyScalars.Scalar,
        ["torch.Size"] = static a => new PickleSequence(PickleSequence.Tuple, [.. a.Expect(1, 1).Sequence(0)]),
        ["torch.device"] = static a => new PickleSymbol($"torch.device({ErrorText.Of(a.Expect(1, 2).Text(0))})"),
        ["torch._utils._rebuild_tensor"] = static a => a.Object(0) ?? TorchTensors.Rebuild(a.Expect(4, 4)),
        ["torch._utils._rebuild_tensor_v2"] = static a => a.Object(0) ?? TorchTensors.Rebuild(a.Expect(6, 7)),
        ["torch._utils._rebuild_tensor_v3"] = static a => a.Object(0, 6) ?? TorchTensors.RebuildTyped(a.Expect(7, 8)),
        ["torch._utils._rebuild_parameter"] = static a => a.Object(0) ?? TorchTensors.Parameter(a.Expect(3, 3)),
        ["torch._utils._rebuild_parameter_with_state"] = static a => a.Object(0) ?? TorchTensors.Parameter(a.Expect(4, 4)),
        ["torch._tensor._rebuild_from_type_v2"] = static a => a.Object(0, 1) ?? TorchTensors.FromType(a.Expect(4, 4)),
    };

    private readonly Dictionary<string, PickleValue> _found = [];
    private readonly ParseBudget _budget;

    public PickleGlobals(ParseBudget budget) => _budget = budget;

    /// <summary>What stands for a name of Python's; always the same for the same name.</summary>
    /// <exception cref="PickleException">The name is too long.</exception>
    public PickleValue Find(string module, string name, long at)
    {
        if (module.Length + name.Length > PickleLimits.NameBytes)
        {
            throw new PickleException($"byte {at}: a name in the pickle has more than {PickleLimits.NameBytes} characters, which is the limit");
        }

        _budget.WalkText(module.Length + name.Length);
        string full = $"{module}.{name}";
        if (!_found.TryGetValue(full, out PickleValue? value))
        {
            _found.Add(full, value = Make(full, module, name));
        }

        return value;
    }

    private static PickleValue Make(string full, string module, string name)
    {
        if (s_functions.TryGetValue(full, out Func<PickleArguments, PickleValue>? function))
        {
            return new PickleFunction(full, function);
        }

        if (module is "torch" or "torch.storage" && TorchTypes.OfStorage(name) is { } type)
        {
            return new PickleStorageType(full, type);
        }

        return TorchTypes.OfSymbol(full) is not null || full is "torch.Tensor" or "torch.nn.parameter.Parameter"
            ? new PickleSymbol(full)
            : new PickleObject(full);
    }

    private static PickleSequence Set(PickleArguments arguments) =>
        new(PickleSequence.Set, arguments.Expect(0, 1).Count == 0 ? [] : [.. arguments.Sequence(0)]);

    // How protocols before 3 spell bytes that are empty.
    private static PickleValue Bytes(PickleArguments arguments) => arguments.Count == 0 ? new PickleBytes([]) : new PickleObject(arguments.Function);

    private static PickleDict CopyDict(PickleArguments arguments, int index)
    {
        var dict = new PickleDict();
        foreach ((PickleValue key, PickleValue value) in arguments.Entries(index))
        {
            Set(arguments.Budget, dict, key, value);
        }

        return dict;
    }

    // Python 2 passes the pairs as a list, Python 3 sets them afterwards.
    private static PickleDict OrderedDict(PickleArguments arguments)
    {
        var dict = new PickleDict();
        if (arguments.Expect(0, 1).Count == 1)
        {
            foreach (PickleValue pair in arguments.Sequence(0))
            {
                if (pair is not PickleSequence { Items: [var key, var value] })
                {
                    throw new PickleException("collections.OrderedDict expects pairs of keys and values");
                }

                Set(arguments.Budget, dict, key, value);
            }
        }

        return dict;
    }

    private static void Set(ParseBudget budget, PickleDict dict, PickleValue key, PickleValue value)
    {
        budget.Take(dict.Set(key, value) ? PickleLimits.EntryBytes : 0);
    }
}
