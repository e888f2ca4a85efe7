using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Fovea.Io;
using Fovea.Serving.Http;

namespace Fovea.Serving.Requests;

/// <summary>Reads samples that were prepared elsewhere, and checks that they are what the model sees.</summary>
internal static class SentTensors
{
    /// <summary>Reads JSON's.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="sample">What the model sees: [C, H, W].</param>
    /// <exception cref="HttpProblem">They are something else.</exception>
    public static SentTensor Of(TensorBody body, IReadOnlyList<int> sample)
    {
        if (body is not { Shape: { } shape } || (body.Data is null) == (body.B64 is null))
        {
            throw HttpProblem.Wrong("inputs", "{\"shape\":[N,C,H,W],\"data\":[…]}, or b64 in place of data", "something else");
        }

        Check(shape, sample);
        float[] values = body.Data ?? Floats(body.B64!);
        return Checked(shape, values);
    }

    /// <summary>Reads an array in NumPy's format.</summary>
    /// <param name="file">What was sent.</param>
    /// <param name="sample">What the model sees: [C, H, W].</param>
    /// <exception cref="HttpProblem">It is damaged, or something else.</exception>
    public static SentTensor OfNpy(byte[] file, IReadOnlyList<int> sample)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor array;
        try
        {
            array = NpyFile.Read(new MemoryStream(file, writable: false));
        }
        catch (NpyException e)
        {
            throw HttpProblem.Wrong("body", "an array in NumPy's format", e.Message);
        }

        int[] shape = array.Shape.ToArray();
        Check(shape, sample);
        return Checked(shape, array.To(DType.Float32).ToArray<float>());
    }

    private static void Check(int[] shape, IReadOnlyList<int> sample)
    {
        if (shape is not [> 0, _, _, _] || !shape.AsSpan(1).SequenceEqual(sample.ToArray()))
        {
            throw HttpProblem.Wrong("shape", $"[N, {string.Join(", ", sample)}], what the model sees", $"[{string.Join(", ", shape.Take(8))}]");
        }
    }

    private static SentTensor Checked(int[] shape, float[] values)
    {
        long expected = shape.Aggregate(1L, (product, n) => product * n);
        return values.Length == expected
            ? new SentTensor(shape, values)
            : throw HttpProblem.Wrong("data", $"{expected} numbers for [{string.Join(", ", shape)}]", values.Length);
    }

    private static float[] Floats(byte[] bytes)
    {
        if (bytes.Length % sizeof(float) != 0)
        {
            throw HttpProblem.Wrong("b64", "float32 numbers, four bytes each", $"{bytes.Length} bytes");
        }

        float[] values = new float[bytes.Length / sizeof(float)];
        bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> bits = MemoryMarshal.Cast<float, int>(values.AsSpan());
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }

        return values;
    }
}
