using System.Numerics;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// Row buffers are whole vectors long, so that no row loop needs an end of its own: it computes a few samples too many from
/// whatever lies there, and nobody looks at them.
/// </summary>
internal static class RowLength
{
    /// <summary>The length of a buffer for a row of samples.</summary>
    public static int Padded(int width) => (width + Vector<byte>.Count - 1) / Vector<byte>.Count * Vector<byte>.Count;
}
