using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>The lines of the input that a unit stages, in the order in which they are prefetched: those of all channels side by side.</summary>
internal unsafe struct ChannelInputWalk<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConvJob _job;
    private readonly T* _x;
    private readonly int _blocks;
    private readonly nint _group;
    private long _position;
    private int _block;
    private byte* _at;

    /// <param name="job">A flat correlation.</param>
    /// <param name="x">The input.</param>
    /// <param name="group">The group.</param>
    /// <param name="from">The unit's first position.</param>
    /// <param name="count">How many it has.</param>
    public ChannelInputWalk(in ConvJob job, T* x, int group, long from, int count)
    {
        _job = job;
        _x = x;
        _blocks = (job.Inputs + V.Width - 1) / V.Width;
        _group = (nint)group * job.Inputs * job.Positions;
        _position = from;
        Count = _blocks * ((count + V.Width - 1) / V.Width);
    }

    /// <summary>Prefetches that are left; 0 for none to begin with.</summary>
    public int Count { get; private set; }

    /// <summary>One line of each channel of the next block.</summary>
    public PrefetchRun Next()
    {
        nint plane = (nint)_job.Positions * sizeof(T);
        if (_block == 0)
        {
            (long image, long place) = Math.DivRem(_position, _job.Positions);
            _at = (byte*)(_x + ((nint)image * _job.InputImage) + _group + (nint)place);
            _position += V.Width;
        }

        var run = new PrefetchRun { At = _at, Apart = plane };
        _at += V.Width * plane;
        _block = _block + 1 < _blocks ? _block + 1 : 0;
        Count--;
        return run;
    }
}
