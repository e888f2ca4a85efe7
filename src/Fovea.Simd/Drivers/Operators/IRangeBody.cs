namespace Fovea.Simd.Drivers;

/// <summary>
/// Work that can be cut into independent pieces: piece i writes outputs that no other piece touches. An unmanaged struct, so that
/// handing it to the pool allocates nothing.
/// </summary>
public interface IRangeBody
{
    /// <summary>Does the pieces <paramref name="from"/> (included) to <paramref name="to"/> (excluded).</summary>
    void Run(int from, int to);
}
