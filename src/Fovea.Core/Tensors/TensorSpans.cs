using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Fovea.Compilation;

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

    extension(CompiledModel model)
    {
        /// <summary>Runs a compiled model of one float input and one output on memory of the caller's, where it lies.</summary>
        /// <param name="input">The input's shape and values, row by row without gaps; another number of samples than it was compiled for is fine.</param>
        /// <param name="output">Overwritten with the result, of its shape, row by row without gaps; apart from the input.</param>
        /// <exception cref="ShapeException">A shape is not that of the input or its result, or values lie otherwise.</exception>
        /// <exception cref="CompileException">The model cannot change its batch.</exception>
        public void Run(in ReadOnlyTensorSpan<float> input, in TensorSpan<float> output)
        {
            ArgumentNullException.ThrowIfNull(model);
            ReadOnlyTensorSpan<float> result = output;
            Check("input", model.Inputs[0].Shape, input.Lengths, input.Strides, mayDiffer: 1);

            // Which axis of the result follows the batch, the model knows; the number of elements is compared there.
            bool same = input.Rank == 0 || input.Lengths[0] == model.Inputs[0].Shape[0];
            Check("output", model.Output.Shape, result.Lengths, result.Strides, mayDiffer: same ? 0 : result.Rank);
            model.Run(Flat(input), FlatOut(output));
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

    private static void Check(string what, Shape expected, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, int mayDiffer)
    {
        bool fits = lengths.Length == expected.Rank;
        nint stride = 1;
        for (int i = lengths.Length - 1; i >= 0 && fits; i--)
        {
            fits = i < mayDiffer || lengths[i] == expected[i];
            if (lengths[i] != 1 && strides[i] != stride)
            {
                throw new ShapeException("CompiledModel", $"an {what} whose values lie row by row without gaps", $"strides {Text(strides)} for {Text(lengths)}",
                    "copy them with Tensor.From");
            }

            stride *= lengths[i];
        }

        if (!fits)
        {
            throw new ShapeException("CompiledModel", $"an {what} {expected}", Text(lengths));
        }
    }

    private static ReadOnlySpan<float> Flat(in ReadOnlyTensorSpan<float> values) =>
        MemoryMarshal.CreateReadOnlySpan(in values.GetPinnableReference(), checked((int)values.FlattenedLength));

    private static Span<float> FlatOut(in TensorSpan<float> values) =>
        MemoryMarshal.CreateSpan(ref values.GetPinnableReference(), checked((int)values.FlattenedLength));

    private static string Text(ReadOnlySpan<nint> numbers) => $"[{string.Join(", ", numbers.ToArray())}]";
}
