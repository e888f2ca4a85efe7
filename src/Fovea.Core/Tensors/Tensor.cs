using System.Runtime.InteropServices;

namespace Fovea;

/// <summary>
/// A dense, contiguous, row-major array of numbers in native memory. Operations are extension members, one file each; a reshape
/// shares the memory, everything else makes a new tensor.
/// </summary>
/// <remarks>
/// Disposal is optional: a <see cref="TensorScope"/> returns what was made inside it, and the garbage collector finds the rest; it is
/// asked to whenever much has gathered that no scope owns.
/// Reading one tensor from many threads is safe; writing is not.
/// </remarks>
public sealed partial class Tensor : IDisposable
{
    private Storage? _storage;

    /// <summary>A tensor of undefined content that the current scope owns.</summary>
    internal Tensor(Shape shape, DType dtype)
        : this(shape, dtype, new Storage((long)shape.Elements * dtype.Size()), owned: true)
    {
    }

    internal Tensor(Shape shape, DType dtype, Storage storage, bool owned)
    {
        Shape = shape;
        DType = dtype;
        _storage = storage;
        if (!owned)
        {
            return;
        }

        if (Execution.Current.Scope is { } scope)
        {
            scope.Own(this);
        }
        else
        {
            storage.MarkUnowned();
        }
    }

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The element type.</summary>
    public DType DType { get; private set; }

    /// <summary>Number of elements.</summary>
    public int Elements => Shape.Elements;

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Shape and element type together.</summary>
    public TensorSpec Spec => new(Shape, DType);

    /// <summary>Whether the tensor's memory was given back.</summary>
    public bool IsDisposed => _storage is null;

    internal TensorScope? Scope { get; set; }

    internal Storage Storage => _storage ?? throw Disposed("The tensor");

    internal Storage? StorageOrNull => _storage;

    /// <summary>Counts the tensor, and the tape that it keeps alive, among what no scope gives back.</summary>
    internal void MarkUnowned()
    {
        _storage?.MarkUnowned();
        GradNode?.MarkUnowned();
    }

    /// <summary>
    /// The values, to read and to write in place. Valid while the tensor lives: the span alone does not keep it from being collected, so
    /// hold the tensor, in a scope or by <see cref="GC.KeepAlive"/> behind the last use.
    /// </summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged => DTypes.Of<T>() == DType
            ? Storage.AsSpan<T>(Elements)
            : throw new DTypeException("AsSpan", DType.ToString(), typeof(T).Name);

    /// <summary>The bytes of the values, little-endian as on every supported machine.</summary>
    /// <exception cref="ShapeException">There are more than 2³¹ − 1 bytes, which no span holds; take <see cref="AsSpan{T}"/>.</exception>
    public Span<byte> AsBytes() => Spec.Bytes <= int.MaxValue
        ? Storage.AsSpan<byte>((int)Spec.Bytes)
        : throw new ShapeException("AsBytes", "at most 2³¹ − 1 bytes", $"{Spec.Bytes} of {Spec}", "take its numbers with AsSpan");

    /// <summary>A managed copy of the values.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        T[] copy = AsSpan<T>().ToArray();
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>The only value of a tensor of one element, as a double.</summary>
    /// <exception cref="ShapeException">The tensor has more or fewer elements.</exception>
    public double Item()
    {
        if (Elements != 1)
        {
            throw new ShapeException("Item", "a tensor of one element", Shape.ToString());
        }

        double value = DType switch
        {
            DType.Float32 => AsSpan<float>()[0],
            DType.Float64 => AsSpan<double>()[0],
            DType.Int64 => AsSpan<long>()[0],
            DType.UInt8 => AsSpan<byte>()[0],
            DType.Bool => AsSpan<bool>()[0] ? 1 : 0,
            _ => To(DType.Float32).AsSpan<float>()[0],
        };
        GC.KeepAlive(this);
        return value;
    }

    /// <summary>Gives the tensor's share in its memory back, and its <see cref="Grad"/>. The tape and views keep their shares.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _storage, null) is { } storage)
        {
            storage.Release();
            GradNode?.DropUser();
            ClearGrad();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => IsDisposed ? $"{Spec} (disposed)" : Elements <= 16 ? $"{Spec} {Preview()}" : Spec.ToString();

    internal void ThrowIfDisposed(Op op)
    {
        if (_storage is null)
        {
            throw Disposed($"{op.Name}: the input");
        }
    }

    private ObjectDisposedException Disposed(string what) => new(nameof(Tensor),
        $"{what} {Spec} was disposed, by Dispose or by the scope that owned it; hand it to TensorScope.Keep to use it longer.");

    private string Preview() => DType switch
    {
        DType.Float32 => $"[{string.Join(", ", ToArray<float>())}]",
        DType.Float64 => $"[{string.Join(", ", ToArray<double>())}]",
        DType.Int64 => $"[{string.Join(", ", ToArray<long>())}]",
        DType.UInt8 => $"[{string.Join(", ", ToArray<byte>())}]",
        DType.Bool => $"[{string.Join(", ", ToArray<bool>())}]",
        _ => $"[{string.Join(", ", To(DType.Float32).ToArray<float>())}]",
    };
}
