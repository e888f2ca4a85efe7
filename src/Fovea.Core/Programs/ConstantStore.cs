using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>
/// The constants of a compiled model, its own for as long as it lives. While it is compiled they lie where the module has them;
/// what the ops read is copied or packed, once for all batches, and then <see cref="Seal"/> lets go of the module.
/// </summary>
internal sealed class ConstantStore : IDisposable
{
    private readonly Dictionary<Key, object> _kept = [];
    private readonly Dictionary<Storage, Storage> _places = [];
    private readonly HashSet<Storage> _held = [];
    private readonly Dictionary<string, Tensor> _named = [];
    private readonly List<IDisposable> _owned = [];

    /// <summary>Bytes of the copies and of the packed weights.</summary>
    public long Bytes { get; private set; }

    /// <summary>A constant of the module as a place of the store's own, which shows the module's numbers until it is sealed.</summary>
    /// <param name="constant">The caller keeps it alive until then.</param>
    public Tensor Adopt(Tensor constant)
    {
        if (!_places.TryGetValue(constant.Storage, out Storage? place))
        {
            place = Storage.Symbolic(constant.Spec.Bytes);
            place.PointTo(constant.Storage);
            _places.Add(constant.Storage, place);
        }

        return new Tensor(constant.Shape, constant.DType, place, owned: false);
    }

    /// <summary>Keeps the numbers of a constant as they lie, in a copy.</summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="InvalidOperationException">The store is sealed and did not keep them.</exception>
    public Tensor Hold(Tensor constant)
    {
        Storage place = constant.Storage;
        if (!_held.Contains(place))
        {
            if (place.IsSymbolic)
            {
                throw new InvalidOperationException($"CompiledModel: the numbers of a constant {constant.Spec} were packed and let go.");
            }

            place.PointTo(Copy(constant).Storage);
            _held.Add(place);
        }

        return constant;
    }

    /// <summary>A tensor that lives as long as the store. Its content is not defined.</summary>
    public Tensor Make(TensorSpec spec)
    {
        var block = new PooledBlock(spec.Bytes);
        Own(block, spec.Bytes);
        var storage = Storage.Within(block.Block, 0, spec.Bytes);
        _held.Add(storage);
        return new Tensor(spec.Shape, spec.DType, storage, owned: false);
    }

    /// <summary>Lets go of the module: what nobody holds is not there any more but for what was made of it.</summary>
    public void Seal()
    {
        foreach (Storage place in _places.Values.Where(p => !_held.Contains(p)))
        {
            place.PointTo((AlignedBlock?)null);
        }

        _places.Clear();
    }

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

    /// <summary>A copy of some numbers that lives as long as the store.</summary>
    public Tensor Copy(Tensor constant)
    {
        Tensor copy = Make(constant.Spec);
        DTypeConversion.Copy(constant, copy);
        return copy;
    }

    /// <summary>The constant of a name: made and copied on the first call, found on others.</summary>
    public Tensor Keep(string name, Func<Tensor> make)
    {
        if (!_named.TryGetValue(name, out Tensor? kept))
        {
            using TensorScope scope = TensorScope.Begin();
            _named.Add(name, kept = Copy(make()));
        }

        return kept;
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
