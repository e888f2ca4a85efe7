using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Gates;

/// <summary>Which planes a sweep over planes takes, and where it puts them: every plane to its own place, or as two lists say.</summary>
/// <param name="sources">The planes that are read; empty for all, in their order.</param>
/// <param name="targets">As many: where what becomes of them is written; empty for all, in their order.</param>
public readonly ref struct PlaneRoute(ReadOnlySpan<int> sources, ReadOnlySpan<int> targets)
{
    /// <summary>The planes that are read.</summary>
    public ReadOnlySpan<int> Sources { get; } = sources;

    /// <summary>Where they go.</summary>
    public ReadOnlySpan<int> Targets { get; } = targets;

    /// <summary>Refuses lists that leave [planes, positions], and per-plane numbers that do not fit.</summary>
    internal void Check<T>(string name, int planes, int positions, int x, int y, params ReadOnlySpan<int> lengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (positions < 1)
        {
            Guard.Fail(name, $"expected planes of at least one position, got {positions}");
        }

        Guard.LengthOrEmpty(name, "sources", planes, Sources.Length);
        Guard.Length(name, "targets", Sources.Length, Targets.Length);
        Guard.Length(name, "y", x, y);
        int all = Sources.IsEmpty ? planes : x / positions;
        Guard.Length(name, "x", (long)all * positions, x);
        foreach (int plane in Sources)
        {
            Inside(name, plane, all);
        }

        foreach (int plane in Targets)
        {
            Inside(name, plane, all);
        }

        foreach (int length in lengths)
        {
            Guard.Length(name, "numbers of the planes", planes, length);
        }
    }

    private static void Inside(string name, int plane, int all)
    {
        if ((uint)plane >= (uint)all)
        {
            Guard.Fail(name, $"expected planes below {all}, got {plane}");
        }
    }
}
