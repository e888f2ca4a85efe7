namespace Fovea.Io.PyTorch;

/// <summary>Builds tensors from the calls that PyTorch pickles, with every index checked against the storage.</summary>
internal static class TorchTensors
{
    /// <summary><c>_rebuild_tensor(storage, offset, size, stride)</c> and its second version, which adds flags that weights do not need.</summary>
    public static PickleValue Rebuild(PickleArguments arguments)
    {
        PickleStorage storage = arguments.At<PickleStorage>(0, "a storage");
        if (arguments.Count == 7)
        {
            RefuseLazyBits(arguments, 6);
        }

        return Build(arguments, storage, storage.Storage.Type, storage.Offset, storage.Elements);
    }

    /// <summary><c>_rebuild_tensor_v3</c>: an untyped storage, and the element type as the seventh argument.</summary>
    public static PickleValue RebuildTyped(PickleArguments arguments)
    {
        PickleStorage storage = arguments.At<PickleStorage>(0, "a storage");
        string name = arguments.At<PickleSymbol>(6, "an element type").Name;
        StoredType type = TorchTypes.OfSymbol(name) ?? throw new PickleException($"{arguments.Function} builds a tensor of {name}, which is not supported");
        if (arguments.Count == 8)
        {
            RefuseLazyBits(arguments, 7);
        }

        return Build(arguments, storage, type, 0, storage.Storage.Bytes / type.Size());
    }

    /// <summary><c>_rebuild_parameter(data, requires_grad, hooks)</c>: the tensor itself.</summary>
    public static PickleValue Parameter(PickleArguments arguments) => arguments.At<PickleTensor>(0, "a tensor");

    /// <summary><c>_rebuild_from_type_v2(function, type, arguments, state)</c>: a tensor with Python attributes, which are left out.</summary>
    public static PickleValue FromType(PickleArguments arguments)
    {
        var function = arguments.At<PickleFunction>(0, "a function that rebuilds a tensor");
        arguments.At<PickleSymbol>(1, "a tensor type");
        return function.Kind.StartsWith("torch._utils._rebuild_", StringComparison.Ordinal)
            ? function.Call(arguments.Inner(function.Kind, 2))
            : throw new PickleException($"{arguments.Function} calls {function.Kind}; expected a function that rebuilds a tensor");
    }

    private static PickleTensor Build(PickleArguments arguments, PickleStorage storage, StoredType type, long start, long elements)
    {
        long offset = arguments.Whole(1);
        long[] lengths = arguments.Wholes(2);
        long[] strides = arguments.Wholes(3);
        if (strides.Length != lengths.Length)
        {
            throw new PickleException($"{arguments.Function} got {lengths.Length} lengths and {strides.Length} strides");
        }

        if (!StoredShape.TryCreate(lengths, type, out Shape shape, out string problem))
        {
            throw new PickleException($"a tensor {problem}");
        }

        // In 128 bits: 64 axes of at most 2³¹ elements and strides below 2⁶³ cannot overflow it.
        Int128 last = offset;
        for (int i = 0; i < strides.Length && shape.Elements > 0; i++)
        {
            last += (Int128)(lengths[i] - 1) * strides[i];
        }

        return shape.Elements == 0 || last < elements
            ? new PickleTensor(new TorchView(storage.Storage, type, shape.Elements == 0 ? 0 : start + offset, shape, strides))
            : throw new PickleException(
                $"a tensor of shape {shape}, strides [{string.Join(", ", strides)}] and offset {offset} reaches element {last} " +
                $"of the storage '{ErrorText.Of(storage.Storage.Key)}', which has {elements}");
    }

    // Conjugation and negation may be recorded instead of done; a dictionary says so.
    private static void RefuseLazyBits(PickleArguments arguments, int index)
    {
        if (arguments.At<PickleValue>(index, "metadata") is PickleDict { Entries.Count: > 0 } && arguments.Entries(index).Any(e => e.Value is not PickleBool { Value: false }))
        {
            throw new PickleException($"{arguments.Function} builds a tensor with a pending conjugation or negation, which is not supported; save its .resolve_neg()");
        }
    }
}
