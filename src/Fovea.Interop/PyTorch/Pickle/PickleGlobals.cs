namespace Fovea.Io.PyTorch;

/// <summary>
/// The allow-list: the only names that a pickle may mention, and what Fovea does in their place. Nothing is looked up by reflection,
/// so a name that is not here cannot run.
/// </summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, Func<PickleArguments, PickleValue>> s_functions = new()
    {
        ["collections.OrderedDict"] = OrderedDict,
        ["collections.Counter"] = static a => a.Expect(0, 1).Count == 0 ? new PickleDict() : a.At<PickleDict>(0, "a dict"),
        ["__builtin__.set"] = static a => new PickleSequence(PickleSequence.Set, a.Expect(1, 1).Sequence(0).Items),
        ["builtins.set"] = static a => new PickleSequence(PickleSequence.Set, a.Expect(1, 1).Sequence(0).Items),
        ["_codecs.encode"] = NumpyScalars.Latin1,
        ["numpy.dtype"] = NumpyScalars.Type,
        ["numpy.core.multiarray.scalar"] = NumpyScalars.Scalar,
        ["numpy._core.multiarray.scalar"] = NumpyScalars.Scalar,
        ["torch.Size"] = static a => new PickleSequence(PickleSequence.Tuple, a.Expect(1, 1).Sequence(0).Items),
        ["torch.device"] = static a => new PickleSymbol($"torch.device({PickleException.Show(a.Expect(1, 2).Text(0))})"),
        ["torch._utils._rebuild_tensor"] = static a => TorchTensors.Rebuild(a.Expect(4, 4)),
        ["torch._utils._rebuild_tensor_v2"] = static a => TorchTensors.Rebuild(a.Expect(6, 7)),
        ["torch._utils._rebuild_tensor_v3"] = static a => TorchTensors.RebuildTyped(a.Expect(7, 8)),
        ["torch._utils._rebuild_parameter"] = static a => TorchTensors.Parameter(a.Expect(3, 3)),
        ["torch._utils._rebuild_parameter_with_state"] = static a => TorchTensors.Parameter(a.Expect(4, 4)),
        ["torch._tensor._rebuild_from_type_v2"] = static a => TorchTensors.FromType(a.Expect(4, 4)),
    };

    /// <summary>What stands for a name of Python's.</summary>
    /// <exception cref="PickleException">The name is not allowed.</exception>
    public static PickleValue Find(string module, string name, long at)
    {
        string full = $"{module}.{name}";
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
            : throw new PickleException(
                $"byte {at}: the pickle names the global '{PickleException.Show(full)}', which is not allowed: only tensors and plain data are read. " +
                "If you trust the file, load it in PyTorch and save the model's state_dict()");
    }

    // Python 2 passes the pairs as a list, Python 3 sets them afterwards.
    private static PickleDict OrderedDict(PickleArguments arguments)
    {
        var dict = new PickleDict();
        if (arguments.Expect(0, 1).Count == 1)
        {
            foreach (PickleValue pair in arguments.Sequence(0).Items)
            {
                if (pair is not PickleSequence { Items: [var key, var value] })
                {
                    throw new PickleException("collections.OrderedDict expects pairs of keys and values");
                }

                dict.Set(key, value);
            }
        }

        return dict;
    }
}
