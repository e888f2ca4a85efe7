namespace Fovea.Io.PyTorch;

/// <summary>A run of elements in the file that tensors are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Elements">How many of it.</param>
internal sealed record TorchStorage(string Key, StoredType Type, long Elements)
{
    public long Bytes => Elements * Type.Size();
}

/// <summary>A tensor as the file describes it; every element lies inside the storage.</summary>
internal sealed class TorchView : IEquatable<TorchView>
{
    public TorchView(TorchStorage storage, StoredType type, long offset, Shape shape, long[] strides)
    {
        Storage = storage;
        Type = type;
        Offset = offset;
        Shape = shape;
        Strides = strides;
    }

    public TorchStorage Storage { get; }

    /// <summary>The type of the tensor, which an untyped storage does not know.</summary>
    public StoredType Type { get; }

    /// <summary>The index of the first element, counted in elements of <see cref="Type"/>.</summary>
    public long Offset { get; }

    public Shape Shape { get; }

    public long[] Strides { get; }

    public bool IsDense => StridedElements.IsDense(Shape.Lengths, Strides);

    /// <summary>Whether the view is the storage as it lies.</summary>
    public bool IsWhole => Offset == 0 && IsDense && (long)Shape.Elements * Type.Size() == Storage.Bytes;

    public bool Equals(TorchView? other) =>
        other is not null && Storage.Key == other.Storage.Key && Type == other.Type && Offset == other.Offset
        && Shape == other.Shape && Strides.AsSpan().SequenceEqual(other.Strides);

    public override bool Equals(object? obj) => Equals(obj as TorchView);

    // Every number goes in by halves: the hash of a long folds them, and a file could make thousands of views collide.
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Storage.Key);
        hash.Add(Shape);
        foreach (long number in (ReadOnlySpan<long>)[Offset, .. Strides])
        {
            hash.Add((int)(number >> 32));
            hash.Add((int)number);
        }

        return hash.ToHashCode();
    }
}
