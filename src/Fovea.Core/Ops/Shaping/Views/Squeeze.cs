namespace Fovea;

/// <summary>Axes of length 1, dropped and added: reshapes, so that the memory is shared.</summary>
public static class SqueezeExtensions
{
    extension(Tensor x)
    {
        /// <summary>Drops axes of length 1. Shapes: <c>[2, 1, 3, 1] → [2, 3]</c>.</summary>
        /// <param name="dim">The only axis to drop, left alone if it is longer than 1; null (the default) drops all.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor Squeeze(int? dim = null)
        {
            int? only = dim is { } axis ? x.Shape.Axis(axis, "squeeze") : null;
            int[] lengths = [.. x.Shape.Where((length, i) => length != 1 || (only is not null && i != only))];
            return lengths.Length == x.Rank ? x : x.Reshape(lengths);
        }

        /// <summary>Adds an axis of length 1. Shapes: <c>[2, 3].Unsqueeze(1) → [2, 1, 3]</c>.</summary>
        /// <param name="dim">
        /// Where the new axis stands in the result, from 0 to the number of axes; negative numbers count from the last.
        /// </param>
        /// <exception cref="ShapeException">There is no such place.</exception>
        public Tensor Unsqueeze(int dim)
        {
            int at = dim < 0 ? dim + x.Rank + 1 : dim;
            return (uint)at <= (uint)x.Rank
                ? x.Reshape([.. x.Shape.Lengths[..at], 1, .. x.Shape.Lengths[at..]])
                : throw new ShapeException("unsqueeze", $"a place from {-x.Rank - 1} to {x.Rank}", $"{dim} for the shape {x.Shape}");
        }
    }
}
