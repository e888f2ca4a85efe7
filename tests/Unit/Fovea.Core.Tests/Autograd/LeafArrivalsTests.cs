namespace Fovea.Core.Tests;

public class LeafArrivalsTests
{
    [Fact]
    public void A_leaf_is_told_of_once_when_all_of_its_gradient_is_there()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor a = Leaf(2), b = Leaf(3), x = Leaf(5);
        var told = new List<(Tensor Leaf, float Gradient)>();

        // b is used at the end alone, a twice: its gradient is complete only after the first op's backward.
        Tensor y = a * x;
        Tensor loss = (y * a + y * b).Sum();
        loss.BackwardTelling(leaf => told.Add((leaf, leaf.Grad!.AsSpan<float>()[0])));
        Assert.Equal(3, told.Count);
        Assert.Equal(b, told[0].Leaf);
        Assert.Equal((2 * 2 * 5) + (3 * 5), told.Single(t => t.Leaf == a).Gradient);
        Assert.Equal(2 * 5, told.Single(t => t.Leaf == b).Gradient);
        Assert.Equal((2 * 2) + (2 * 3), told.Single(t => t.Leaf == x).Gradient);
    }

    [Fact]
    public void A_leaf_that_is_the_result_itself_is_told_of()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor a = Leaf(2);
        int told = 0;
        a.BackwardTelling(leaf => told += leaf == a ? 1 : 0);
        Assert.Equal(1, told);
    }

    [Fact]
    public void What_needs_no_gradient_is_not_told_of()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor a = Leaf(2), constant = Tensor.From([4f]);
        var told = new List<Tensor>();
        (a * constant).Sum().BackwardTelling(told.Add);
        Assert.Equal([a], told);
    }

    private static Tensor Leaf(float value)
    {
        Tensor leaf = Tensor.From([value]);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
