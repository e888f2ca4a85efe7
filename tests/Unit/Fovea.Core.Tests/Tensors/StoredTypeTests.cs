using Fovea.Io;

namespace Fovea.Core.Tests.Tensors;

/// <summary>Element types for storing alone: converted, read and written, and refused by what would compute with them.</summary>
public sealed class StoredTypeTests
{
    public static TheoryData<DType> Stored => [DType.Float16, DType.BFloat16, DType.Int8];

    [Fact]
    public void Floats_are_rounded_to_the_nearest_with_ties_to_even()
    {
        using TensorScope scope = TensorScope.Begin();

        // 1 + 2⁻⁸ lies halfway between two BFloat16 values, 1 + 3·2⁻⁸ as well; the even ones are 1 and 1 + 2⁻⁶.
        float[] values = [1, -2.5f, 1 + (1f / 256), 1 + (3f / 256), 1e30f, float.PositiveInfinity, float.NaN];
        Tensor x = Tensor.From(values);
        Assert.Equal(
            [1, -2.5f, 1, 1 + (1f / 64), BitConverter.UInt32BitsToSingle(0x714A_0000), float.PositiveInfinity, float.NaN],
            x.To(DType.BFloat16).To(DType.Float32).ToArray<float>());
        Assert.Equal(values.Select(v => (Half)v), x.To(DType.Float16).ToArray<Half>());
        Assert.Equal([-128, 127, 0, 3], Tensor.From<float>([-1000, 1000, float.NaN, 3.9f]).To(DType.Int8).ToArray<sbyte>());
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void Every_type_goes_to_every_other_and_back(DType type)
    {
        using TensorScope scope = TensorScope.Begin();
        foreach (DType other in Enum.GetValues<DType>())
        {
            double[] values = other == DType.Bool ? [0, 1, 1] : [0, 1, 3];
            Tensor there = Tensor.From(values).To(other).To(type);
            Assert.Equal(type, there.DType);
            Assert.Equal(values, there.To(other).To(DType.Float64).ToArray<double>());
        }
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void Scalars_fills_and_texts_show_the_values(DType type)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor three = Tensor.Full([2], 3, type);
        Assert.Equal([3.0, 3.0], three.To(DType.Float64).ToArray<double>());
        Assert.Equal(3, Tensor.Scalar(3, type).Item());
        Assert.Contains("[3, 3]", three.ToString(), StringComparison.Ordinal);
        Assert.Equal(2 * type.Size(), three.Clone().AsBytes().Length);
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void Ops_say_so_and_views_take_them(DType type)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Ones([2, 3], type);
        Assert.Equal(new TensorSpec([3, 2], type), x.Reshape(3, 2).Spec);
        foreach (Action op in new Action[] { () => x.Relu(), () => x.Transpose(0, 1), () => Tensor.Concat([x, x], 0), () => x.Greater(0), () => _ = x + x, () => x.Sum() })
        {
            DTypeException error = Assert.Throws<DTypeException>(op);
            Assert.Contains(type.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Contains("To(DType)", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void Safetensors_hold_them_in_their_own_size(DType type)
    {
        using TensorScope scope = TensorScope.Begin();
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["x"] = Tensor.From<float>([1, -2, 3]).To(type) });
            string text = System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(path));
            Assert.Contains($"[0,{3 * type.Size()}]", text, StringComparison.Ordinal);
            Assert.Equal([1.0, -2, 3], SafetensorsFile.Read(path).Tensors["x"].To(DType.Float64).ToArray<double>());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
