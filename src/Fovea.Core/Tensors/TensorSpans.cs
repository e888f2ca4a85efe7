using System.Numerics.Tensors;

namespace Fovea;

/// <summary>Values as the spans of System.Numerics.Tensors, in and out, where they lie.</summary>
public static class TensorSpans
{
    extension(Tensor tensor)
    {
        /// <summary>
        /// The values with their shape, to read and to write in place; a scalar has one axis of length 1. Valid while the tensor lives, as
        /// <see cref="Tensor.AsSpan{T}"/> is.
        /// </summary>
        /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
        public TensorSpan<T> AsTensorSpan<T>()
            where T : unmanaged
        {
            ArgumentNullException.ThrowIfNull(tensor);
            Span<nint> lengths = stackalloc nint[Math.Max(1, tensor.Rank)];
            lengths[0] = 1;
            for (int i = 0; i < tensor.Rank; i++)
            {
                lengths[i] = tensor.Shape[i];
            }

            return new TensorSpan<T>(tensor.AsSpan<T>(), lengths);
        }

        /// <summary>The values with their shape, to read; see <see cref="AsTensorSpan{T}"/>.</summary>
        /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
        public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>()
            where T : unmanaged => tensor.AsTensorSpan<T>();

        /// <summary>A tensor of the same shape and values, copied; they may lie with gaps and in any order of axes.</summary>
        /// <exception cref="ShapeException">An axis is longer than a tensor's can be.</exception>
        public static Tensor From<T>(in ReadOnlyTensorSpan<T> values)
            where T : unmanaged
        {
            var made = Tensor.Empty(ShapeOf(values.Lengths), DTypes.Of<T>());
            if (!values.IsEmpty)
            {
                values.FlattenTo(made.AsSpan<T>());
            }

            return made;
        }
    }

    private static Shape ShapeOf(ReadOnlySpan<nint> lengths)
    {
        int[] axes = new int[lengths.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            axes[i] = lengths[i] <= int.MaxValue ? (int)lengths[i] : throw new ShapeException("Tensor.From", "axes of at most 2³¹ − 1", $"{lengths[i]}");
        }

        return new Shape(axes);
    }
}
