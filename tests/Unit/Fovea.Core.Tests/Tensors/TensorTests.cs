namespace Fovea.Core.Tests.Tensors;

public sealed class TensorTests
{
    [Fact]
    public void Creation_fills_and_copies()
    {
        using TensorScope scope = TensorScope.Begin();
        float[] values = [1, 2, 3, 4, 5, 6];
        Tensor x = Tensor.From(values, [2, 3]);
        values[0] = 99;
        Assert.Equal([1, 2, 3, 4, 5, 6], x.ToArray<float>());
        Assert.Equal([0, 0], Tensor.Zeros([2], DType.Float64).ToArray<double>());
        Assert.Equal([1, 1], Tensor.Ones([2], DType.Int64).ToArray<long>());
        Assert.Equal([true, true], Tensor.Ones([2], DType.Bool).ToArray<bool>());
        Assert.Equal(2.5, Tensor.Scalar(2.5).Item());
        Assert.Equal(7, Tensor.Full([1, 1], 7, DType.UInt8).Item());
    }

    [Fact]
    public void A_wrong_number_of_values_is_refused() =>
        Assert.Equal("Tensor.From: expected 6 values for the shape [2, 3], got 5.",
            Assert.Throws<ShapeException>(() => Tensor.From(new float[5], [2, 3])).Message);

    [Fact]
    public void Reading_as_another_type_is_refused()
    {
        using Tensor x = Tensor.Zeros([2]);
        Assert.Throws<DTypeException>(() => x.AsSpan<double>());
        Assert.Throws<ArgumentException>(() => x.AsSpan<short>());
    }

    [Fact]
    public void A_disposed_tensor_says_what_happened()
    {
        Tensor x = Tensor.Zeros([2]);
        x.Dispose();
        x.Dispose();
        Assert.True(x.IsDisposed);
        Assert.Contains("TensorScope.Keep", Assert.Throws<ObjectDisposedException>(() => x.ToArray<float>()).Message, StringComparison.Ordinal);
        Assert.Contains("relu", Assert.Throws<ObjectDisposedException>(() => x.Relu()).Message, StringComparison.Ordinal);
        Assert.EndsWith("(disposed)", x.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Clone_has_its_own_memory_and_detach_shares_it()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Ones([2]);
        Tensor clone = x.Clone();
        Tensor view = x.Detach();
        x.Fill(3);
        Assert.Equal([1, 1], clone.ToArray<float>());
        Assert.Equal([3, 3], view.ToArray<float>());
        x.Dispose();
        Assert.Equal([3, 3], view.ToArray<float>());
    }

    [Fact]
    public void Conversions_truncate_saturate_and_make_flags()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.From([-1.7f, 0, 2.9f, 300, float.NaN]);
        Assert.Equal([-1L, 0, 2, 300, 0], x.To(DType.Int64).ToArray<long>());
        Assert.Equal([0, 0, 2, 255, 0], x.To(DType.UInt8).ToArray<byte>());
        Assert.Equal([true, false, true, true, true], x.To(DType.Bool).ToArray<bool>());
        Assert.Equal([1.0, 0, 1], Tensor.From([true, false, true]).To(DType.Float64).ToArray<double>());
        Assert.Same(x, x.To(DType.Float32));
    }

    [Fact]
    public void CopyFrom_converts_in_place_and_checks_the_shape()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Zeros([2, 2]);
        x.CopyFrom(Tensor.From([1.0, 2, 3, 4], [2, 2]));
        Assert.Equal([1, 2, 3, 4], x.ToArray<float>());
        Assert.Throws<ShapeException>(() => x.CopyFrom(Tensor.Zeros([4])));
    }

    [Fact]
    public void Item_needs_one_element() => Assert.Throws<ShapeException>(() => Tensor.Zeros([2]).Item());

    [Fact]
    public void Printing_shows_small_tensors_and_the_shape_of_large_ones()
    {
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal("Float32[2] [1, 2.5]", Tensor.From([1f, 2.5f]).ToString());
        Assert.Equal("Int64[20]", Tensor.Zeros([20], DType.Int64).ToString());
    }
}
