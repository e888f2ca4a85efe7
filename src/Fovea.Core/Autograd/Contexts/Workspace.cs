using System.Runtime.CompilerServices;
using Fovea.Simd.Memory;

namespace Fovea;

/// <summary>
/// The working memory of the ops of one call, taken like a stack and emptied after each op. It grows until it fits the hungriest op;
/// from then on it takes no memory.
/// </summary>
internal sealed class Workspace
{
    private const long Alignment = 64;
    private readonly List<PooledBlock> _blocks = [];
    private long _used;
    private long _taken;

    /// <summary>Room for some numbers until <see cref="Clear"/>. Its content is not defined.</summary>
    public Span<T> Take<T>(int count)
        where T : unmanaged
    {
        long bytes = (((long)count * Unsafe.SizeOf<T>()) + Alignment - 1) / Alignment * Alignment;
        _taken += bytes;
        if (_blocks.Count == 0 || _used + bytes > _blocks[^1].Bytes)
        {
            _blocks.Add(new PooledBlock(bytes));
            _used = 0;
        }

        Span<T> room = _blocks[^1].Block.AsSpan<T>(_used, count);
        _used += bytes;
        return room;
    }

    /// <summary>Takes all of it back.</summary>
    public void Clear()
    {
        if (_blocks.Count > 1)
        {
            // The next time all of it fits into one.
            Free();
            _blocks.Add(new PooledBlock(_taken));
        }

        (_used, _taken) = (0, 0);
    }

    public void Free()
    {
        _blocks.ForEach(b => b.Dispose());
        _blocks.Clear();
    }
}
