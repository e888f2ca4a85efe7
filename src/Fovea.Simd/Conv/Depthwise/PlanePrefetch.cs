using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Conv;

/// <summary>
/// Prefetches the plane that a loop over planes reads next, and for the one that it writes, little by little while it works on this one:
/// otherwise memory rests while a plane is computed, and the processor while it is read.
/// </summary>
internal unsafe ref struct PlanePrefetch
{
    private const int Line = 64;

    private readonly int _lines;
    private readonly byte* _readEnd;
    private readonly byte* _writeEnd;
    private byte* _read;
    private byte* _write;

    /// <param name="read">The plane that is read next.</param>
    /// <param name="readBytes">Its size; 0 where there is none.</param>
    /// <param name="write">The plane that is written next.</param>
    /// <param name="writeBytes">Its size; 0 where there is none.</param>
    /// <param name="turns">How often <see cref="Step"/> is called.</param>
    public PlanePrefetch(void* read, nint readBytes, void* write, nint writeBytes, int turns)
    {
        _read = (byte*)read;
        _readEnd = _read + readBytes;
        _write = (byte*)write;
        _writeEnd = _write + writeBytes;
        nint lines = (readBytes / Line) + (writeBytes / Line) + 2;
        _lines = (int)((lines + turns - 1) / Math.Max(1, turns));
    }

    /// <summary>Prefetches the next few lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        for (int i = 0; i < _lines && _read < _readEnd; i++, _read += Line)
        {
            Prefetch.ToSecondLevel(_read);
        }

        for (int i = 0; i < _lines && _read >= _readEnd && _write < _writeEnd; i++, _write += Line)
        {
            Prefetch.ToSecondLevel(_write);
        }
    }
}
