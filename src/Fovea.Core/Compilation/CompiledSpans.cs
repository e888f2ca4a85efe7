using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Fovea;

/// <summary>Compiled models on the spans of System.Numerics.Tensors.</summary>
public static class CompiledSpans
{
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
