namespace Fovea.Core.Tests.Autograd;

[Collection(Serial.Name)]
public sealed class BackwardTests : IDisposable
{
    private readonly TensorScope _scope;

    public BackwardTests()
    {
        Serial.CollectLeftovers();
        _scope = TensorScope.Begin();
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Each_op_of_a_diamond_is_passed_once_after_all_its_users()
    {
        // y = a² + a·b with a = 3x, b = x + a: dy/dx = 2·a·3 + 3·b + a·4.
        Tensor x = Leaf(2);
        Tensor a = x * 3;
        Tensor b = x + a;
        (a.Square() + a * b).Backward();
        Assert.Equal(2 * 6 * 3 + 3 * 8 + 6 * 4, Grad(x)[0]);
    }

    [Fact]
    public void A_tower_of_diamonds_takes_linear_time()
    {
        // 2⁶⁰ paths; visited path by path this would never end.
        Tensor x = Leaf(1);
        Tensor y = x;
        for (int i = 0; i < 60; i++)
        {
            y = (y + y) * 0.5;
        }

        y.Backward();
        Assert.Equal(1, Grad(x)[0]);
    }

    [Fact]
    public void A_very_long_chain_does_not_overflow_the_stack()
    {
        Tensor x = Leaf(1);
        Tensor y = x;
        for (int i = 0; i < 50_000; i++)
        {
            y = y + 1.0;
        }

        y.Backward();
        Assert.Equal(1, Grad(x)[0]);
    }

    [Fact]
    public void An_operand_used_twice_gets_both_gradients()
    {
        Tensor x = Leaf(3);
        (x * x + x + x).Backward();
        Assert.Equal(8, Grad(x)[0]);
    }

    [Fact]
    public void Gradients_add_up_in_leaves_until_they_are_cleared()
    {
        Tensor x = Leaf(3);
        (x * 2).Backward();
        (x * 5).Backward();
        Assert.Equal(7, Grad(x)[0]);
        x.ClearGrad();
        Assert.Null(x.Grad);
        (x * 5).Backward();
        Assert.Equal(5, Grad(x)[0]);
    }

    [Fact]
    public void A_result_of_several_elements_needs_its_gradient()
    {
        Tensor x = Leaf(1, 2, 3);
        Tensor y = x.Square();
        Assert.Contains("one element", Assert.Throws<ShapeException>(() => y.Backward()).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => y.Backward(Tensor.Ones([2], DType.Float64)));
        Assert.Throws<DTypeException>(() => y.Backward(Tensor.Ones([3])));
        y.Backward(Tensor.From([1.0, 10, 100]));
        Assert.Equal([2, 40, 600], Grad(x));
    }

    [Fact]
    public void The_gradient_that_was_passed_in_is_neither_kept_nor_changed()
    {
        Tensor x = Leaf(1, 2);
        Tensor seed = Tensor.From([3.0, 4]);
        (x + 1).Backward(seed);
        x.Grad!.Fill(0);
        Assert.Equal([3, 4], seed.ToArray<double>());

        Tensor leaf = Leaf(1, 2);
        leaf.Backward(seed);
        leaf.Grad!.Fill(0);
        Assert.Equal([3, 4], seed.ToArray<double>());
    }

    [Fact]
    public void Leaves_never_share_one_gradient()
    {
        // The gradient of a sum goes to both operands unchanged; scaling one must leave the other.
        Tensor a = Leaf(1, 2);
        Tensor b = Leaf(3, 4);
        (a + b).Sum().Backward();
        a.Grad!.Fill(0);
        Assert.Equal([1, 1], Grad(b));

        Tensor c = Leaf(1, 2);
        Tensor view = c.Reshape(2, 1);
        (view + c.Reshape(2, 1)).Sum().Backward();
        Assert.Equal([2, 2], Grad(c));
    }

    [Fact]
    public void Gradients_that_are_written_over_do_not_reach_other_branches()
    {
        // relu writes its input's gradient over its output's; the same output's gradient also goes through the sum.
        Tensor x = Leaf(-1, 2);
        Tensor y = x * 1.0;
        Tensor z = y + y.Relu() + y.Exp() * 0;
        Tensor w = z.Relu() + z;
        w.Sum().Backward();
        Assert.Equal([1, 4], Grad(x));
    }

    [Fact]
    public void Nothing_recorded_is_an_error_that_says_where_to_look()
    {
        Tensor x = Tensor.Ones([1], DType.Float64);
        Assert.Contains("RequiresGrad", Assert.Throws<FoveaException>(() => (x * 2).Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoGrad_records_nothing_and_ends_with_its_using()
    {
        Tensor x = Leaf(2);
        using (GradMode.NoGrad())
        {
            Assert.False(GradMode.IsEnabled);
            Assert.False(x.Square().RequiresGrad);
            using (GradMode.EnableGrad())
            {
                Assert.True(x.Square().RequiresGrad);
            }

            Assert.False(GradMode.IsEnabled);
        }

        Assert.True(x.Square().RequiresGrad);
    }

    [Fact]
    public async Task NoGrad_flows_across_await_and_not_into_the_caller()
    {
        Tensor x = Leaf(2);
        Task<bool> inside = Task.Run(async () =>
        {
            using (GradMode.NoGrad())
            {
                await Task.Yield();
                return x.Square().RequiresGrad;
            }
        });
        Assert.True(x.Square().RequiresGrad);
        Assert.False(await inside);
    }

    [Fact]
    public void Detach_cuts_the_tape()
    {
        Tensor x = Leaf(3);
        (x.Detach() * x).Backward();
        Assert.Equal(3, Grad(x)[0]);
    }

    [Fact]
    public void RequiresGrad_is_for_floating_point_leaves()
    {
        Assert.Throws<DTypeException>(() => Tensor.Zeros([1], DType.Int64).RequiresGrad = true);
        Tensor y = Leaf(1).Square();
        Assert.Throws<FoveaException>(() => y.RequiresGrad = false);
    }

    [Fact]
    public void RetainGrad_shows_the_gradient_of_an_activation()
    {
        Tensor x = Leaf(1, 2);
        Tensor y = x.Square().RetainGrad();
        Tensor z = y * 3;
        z.Relu().Sum().Backward();
        Assert.Equal([3, 3], y.Grad!.ToArray<double>());
        Assert.Null(z.Grad);
        y.Grad!.Fill(0);
        Assert.Equal([6, 12], Grad(x));
        Assert.Throws<FoveaException>(() => Tensor.Zeros([1]).RetainGrad());
    }

    [Fact]
    public void Unused_outputs_count_as_zero()
    {
        Tensor x = Leaf(1, 2, 3, 4, 5);
        Tensor[] parts = x.Split([2, 3]);
        parts[1].Square().Sum().Backward();
        Assert.Equal([0, 0, 6, 8, 10], Grad(x));
    }

    [Fact]
    public void Gradients_do_not_flow_to_leaves_that_want_none()
    {
        Tensor x = Leaf(2);
        Tensor constant = Tensor.From([5.0]);
        (x * constant).Backward();
        Assert.Null(constant.Grad);
        Assert.Equal(5, Grad(x)[0]);
    }

    [Fact]
    public void Backward_of_separate_graphs_may_run_at_once()
    {
        Parallel.For(0, 64, n =>
        {
            using TensorScope scope = TensorScope.Begin();
            Tensor x = Leaf(n, 1);
            for (int i = 0; i < 50; i++)
            {
                x.ClearGrad();
                (x.Square() * 3 + x).Sum().Backward();
                Assert.Equal((6 * n) + 1, Grad(x)[0]);
            }
        });
    }

    private static Tensor Leaf(params double[] values)
    {
        Tensor leaf = Tensor.From(values);
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static double[] Grad(Tensor x) => x.Grad!.ToArray<double>();
}
