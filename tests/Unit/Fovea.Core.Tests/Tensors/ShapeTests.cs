namespace Fovea.Core.Tests.Tensors;

public sealed class ShapeTests
{
    [Fact]
    public void A_scalar_has_no_axes_and_one_element()
    {
        Assert.Equal(1, Shape.Scalar.Elements);
        Assert.Equal(1, default(Shape).Elements);
        Assert.Equal(Shape.Scalar, default);
        Assert.Equal(0, default(Shape).Rank);
        Assert.Equal("[]", Shape.Scalar.ToString());
    }

    [Fact]
    public void Elements_are_the_product_and_axes_count_from_both_ends()
    {
        Shape shape = [2, 3, 4];
        Assert.Equal(24, shape.Elements);
        Assert.Equal(4, shape[-1]);
        Assert.Equal(2, shape[0]);
        Assert.Equal(12, shape.Product(1, 3));
        Assert.Equal((2, 3, 4), shape.Around(1));
        Assert.Equal("[2, 3, 4]", shape.ToString());
    }

    [Fact]
    public void Equality_is_by_lengths()
    {
        Shape a = [2, 3];
        Assert.True(a == new Shape(2, 3));
        Assert.True(a != new Shape(3, 2));
        Assert.False(a.Equals(new Shape(2, 3, 1)));
        Assert.Equal(a.GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.False(Shape.Scalar == new Shape(1));
    }

    [Fact]
    public void With_and_without_change_one_axis()
    {
        Shape shape = [2, 3, 4];
        Assert.Equal([2, 3, 7], shape.With(-1, 7));
        Assert.Equal([2, 4], shape.Without(1));
        Assert.Equal([2, 3], shape.Without(-1));
        Assert.Equal([2, 3, 4], shape);
    }

    [Fact]
    public void An_axis_that_is_not_there_is_named()
    {
        var error = Assert.Throws<ShapeException>(() => new Shape(2, 3).Axis(2, "softmax"));
        Assert.Equal("softmax: expected an axis from -2 to 1, got 2 for the shape [2, 3].", error.Message);
        Assert.Equal("softmax", error.Operation);
    }

    [Fact]
    public void Negative_lengths_and_more_than_an_int_of_elements_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, -1));
        var error = Assert.Throws<ShapeException>(() => new Shape(65536, 65536));
        Assert.Equal("Shape: expected lengths of at least 0 and at most 2³¹ − 1 elements, got [65536, 65536].", error.Message);
        Assert.Equal(int.MaxValue, new Shape(1, int.MaxValue).Elements);
    }

    [Fact]
    public void A_result_of_more_than_an_int_of_elements_is_refused_under_the_name_of_its_op()
    {
        TensorSpec column = new([65536, 1], DType.Float32), row = new([1, 65536], DType.Float32);
        Assert.Equal("add", Assert.Throws<ShapeException>(() => new AddOp().Infer([column, row])).Operation);
        Assert.Equal("concat", Assert.Throws<ShapeException>(() => new ConcatOp(0).Infer([Long(), Long()])).Operation);
        Assert.Equal("pad", Assert.Throws<ShapeException>(() => new PadOp([1], [int.MaxValue], 0).Infer([row])).Operation);

        static TensorSpec Long() => new([int.MaxValue], DType.UInt8);
    }

    [Theory]
    [InlineData(0, 65536, 65536)]
    [InlineData(65536, 65536, 0)]
    public void A_zero_does_not_hide_lengths_whose_product_overflows(params int[] lengths) =>
        Assert.Throws<ShapeException>(() => new Shape(lengths));
}
