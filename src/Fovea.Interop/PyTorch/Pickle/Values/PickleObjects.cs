namespace Fovea.Io.PyTorch;

/// <summary>A function of the allow-list, on its way to the arguments.</summary>
internal sealed class PickleFunction(string name, Func<PickleArguments, PickleValue> call) : PickleValue
{
    public override string Kind => name;

    public PickleValue Call(PickleArguments arguments) => call(arguments);
}

/// <summary>A storage type, such as <c>torch.FloatStorage</c>.</summary>
internal sealed class PickleStorageType(string name, StoredType type) : PickleValue
{
    public override string Kind => name;

    public StoredType Type => type;
}

/// <summary>What a persistent id stands for, on its way into a tensor.</summary>
/// <param name="storage">The storage in the file.</param>
/// <param name="offset">Where the part of it begins that this one is a view of (old legacy files have such views).</param>
/// <param name="elements">How long that part is.</param>
internal sealed class PickleStorage(TorchStorage storage, long offset, long elements) : PickleValue
{
    public override string Kind => "storage";

    public TorchStorage Storage => storage;

    public long Offset => offset;

    public long Elements => elements;
}

/// <summary>An element type of NumPy's, on its way into a scalar.</summary>
internal sealed class PickleNumpyType(string code) : PickleValue
{
    public override string Kind => $"numpy.dtype('{code}')";

    public string Code => code;

    public bool IsBigEndian { get; set; }
}
