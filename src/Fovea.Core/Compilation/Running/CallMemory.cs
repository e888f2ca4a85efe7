using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>
/// What one call at a time works in: an arena as large as the hungriest plan so far needs, the ops' workspace, and a frame for each plan that a call was of.
/// The plans of a small batch and of a large one lie in the same memory, so that many batches take no more of it than the largest.
/// </summary>
internal sealed class CallMemory : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly List<Frame> _frames = [];
    private PooledBlock? _arena;

    /// <summary>Bytes of the arena.</summary>
    public long ArenaBytes => _arena?.Bytes ?? 0;

    /// <summary>The frame of a plan, made at the first call.</summary>
    public Frame FrameOf(ExecutionPlan plan)
    {
        foreach (Frame known in _frames)
        {
            if (known.Plan == plan)
            {
                return known;
            }
        }

        _frames.RemoveAll(f => f.Plan.IsRetired);
        if (_arena is null || _arena.Bytes < plan.Memory.ArenaBytes)
        {
            // They lie in the arena that goes.
            _frames.Clear();
            _arena?.Dispose();
            _arena = null;
            _arena = new PooledBlock(plan.Memory.ArenaBytes);
        }

        var frame = new Frame(plan, _arena.Block, _workspace);
        _frames.Add(frame);
        return frame;
    }

    public void Dispose()
    {
        _frames.Clear();
        _arena?.Dispose();
        _arena = null;
        _workspace.Free();
    }
}
