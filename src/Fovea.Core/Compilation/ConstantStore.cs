using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>
/// The constants of a compiled model: copies of its own, so that training the module further changes nothing, made once for all
/// shapes that it is compiled for.
/// </summary>
internal sealed class ConstantStore : IDisposable
{
    private readonly Dictionary<Key, object> _kept = [];
    private readonly List<IDisposable> _owned = [];

    /// <summary>Bytes of the copies and of the packed weights.</summary>
    public long Bytes { get; private set; }

    /// <summary>A copy of a constant.</summary>
    public Tensor Copy(Tensor constant) => Keep("copy", constant.Spec, [constant], () =>
    {
        var block = new PooledBlock(constant.Spec.Bytes);
        Own(block, constant.Spec.Bytes);
        var copy = new Tensor(constant.Shape, constant.DType, Storage.Within(block.Block, 0, constant.Spec.Bytes), owned: false);
        DTypeConversion.Copy(constant, copy);
        return copy;
    });

    /// <summary>What is made of some constants: made on the first call, found on others.</summary>
    /// <param name="kind">How it is made.</param>
    /// <param name="spec">Shape and type of the first constant, which may be one of several views of its memory.</param>
    /// <param name="sources">Of what it is made; null for what is not there.</param>
    /// <param name="make">Makes it.</param>
    public T Keep<T>(string kind, TensorSpec spec, ReadOnlySpan<Tensor?> sources, Func<T> make)
        where T : class
    {
        var key = new Key(kind, spec, sources);
        if (_kept.TryGetValue(key, out object? kept))
        {
            return (T)kept;
        }

        T made = make();
        _kept.Add(key, made);
        return made;
    }

    /// <summary>Takes something over, to be freed with the store.</summary>
    /// <returns>The same object.</returns>
    public T Own<T>(T owned, long bytes)
        where T : IDisposable
    {
        _owned.Add(owned);
        Bytes += bytes;
        return owned;
    }

    /// <summary>Frees everything; no call may be running.</summary>
    public void Dispose()
    {
        _owned.ForEach(o => o.Dispose());
        _owned.Clear();
        _kept.Clear();
    }

    /// <summary>Constants are the same when they lie in the same memory under the same shape.</summary>
    private readonly struct Key : IEquatable<Key>
    {
        private readonly string _kind;
        private readonly TensorSpec _spec;
        private readonly Storage?[] _sources;

        public Key(string kind, TensorSpec spec, ReadOnlySpan<Tensor?> sources)
        {
            (_kind, _spec, _sources) = (kind, spec, new Storage?[sources.Length]);
            for (int i = 0; i < sources.Length; i++)
            {
                _sources[i] = sources[i]?.Storage;
            }
        }

        public bool Equals(Key other) => _kind == other._kind && _spec == other._spec && _sources.AsSpan().SequenceEqual(other._sources);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(_kind, _spec, _sources[0]);
    }
}
