using Fovea.Simd.Memory;

namespace Fovea.Simd.Gemm;

/// <summary>Working memory of one call: taken in a <c>using</c>, aligned to 64 bytes, content not defined.</summary>
internal readonly unsafe ref struct Scratch<T>
    where T : unmanaged
{
    private readonly AlignedBlock _block;

    /// <summary>Takes room for <paramref name="count"/> numbers.</summary>
    public Scratch(long count)
    {
        _block = BlockPool.Rent(Math.Max(count, 1) * sizeof(T));
        fixed (byte* at = _block.AsSpan<byte>(1))
        {
            At = (T*)at;
        }
    }

    /// <summary>The first number. Native memory: the address holds until <see cref="Dispose"/>.</summary>
    public T* At { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => BlockPool.Return(_block);
}
