namespace Fovea.Core.Tests.Autograd;

[Collection(Serial.Name)]
public sealed class TapeLifetimeTests : IDisposable
{
    private readonly TensorScope _scope;

    public TapeLifetimeTests()
    {
        Serial.CollectLeftovers();
        _scope = TensorScope.Begin();
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_released_tape_says_so_and_retainGraph_keeps_it()
    {
        Tensor x = Leaf(2);
        Tensor y = x.Square();
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal(8, Grad(x)[0]);
        var error = Assert.Throws<FoveaException>(() => y.Backward());
        Assert.Equal("Backward: the tape at square was released by an earlier backward pass; pass retainGraph: true to that one.", error.Message);
    }

    [Fact]
    public void A_result_that_meets_a_released_tape_fails_without_a_leak()
    {
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor x = Leaf(2, 3);
            Tensor y = x.Square();
            y.Sum().Backward();
            Tensor z = (y.Exp() + y * 2).Sum();
            Assert.Throws<FoveaException>(() => z.Backward());
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void An_error_in_the_middle_of_a_pass_leaves_no_block_behind()
    {
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor x = Leaf(1, 2, 3);
            Tensor broken = Op.Run(new FailingOp(), x.Exp());
            Tensor y = (broken * 2 + x.Square()).Sum();
            Assert.Equal("deliberate", Assert.Throws<InvalidOperationException>(() => y.Backward()).Message);
            x.ClearGrad();
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void An_error_in_the_forward_pass_leaves_no_block_behind()
    {
        long before = TensorMemory.LiveBlocks;
        using (Tensor x = Leaf(1, 2, 3))
        {
            Assert.Throws<InvalidOperationException>(() => Op.Run(new FailingOp(forward: true), x));
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void What_the_tape_saved_is_given_back_during_the_pass()
    {
        Tensor x = Leaf([.. Enumerable.Repeat(1.0, 1000)]);
        Tensor loss;
        using (TensorScope inner = TensorScope.Begin())
        {
            loss = inner.Keep(x.Exp().Sigmoid().Square().Sum());
        }

        long held = TensorMemory.LiveBlocks;
        loss.Backward();
        x.ClearGrad();

        // The outputs of exp and sigmoid; what is left is x and the loss.
        Assert.Equal(held - 2, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void A_tape_whose_result_is_dropped_is_given_back_at_once()
    {
        Tensor x = Leaf([.. Enumerable.Repeat(1.0, 1000)]);
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor y = x.Exp();
            for (int i = 0; i < 20_000; i++)
            {
                Tensor next = y.Square();
                y.Dispose();
                y = next;
            }
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void Intermediate_results_may_be_disposed_before_the_pass()
    {
        Tensor x = Leaf(2);
        Tensor a = x.Square();
        Tensor b = a.Exp();
        Tensor c = b * a;
        a.Dispose();
        b.Dispose();
        c.Backward();
        Assert.Equal((2 * 2 * Math.Exp(4)) + (4 * Math.Exp(4) * 2 * 2), Grad(x)[0], 1e-9);
    }

    private static Tensor Leaf(params double[] values)
    {
        Tensor leaf = Tensor.From(values);
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static double[] Grad(Tensor x) => x.Grad!.ToArray<double>();

    private sealed class FailingOp(bool forward = false) : FloatOp
    {
        public override string Name => "failing";

        public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

        protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape;

        protected override void Forward<T>(ForwardContext c)
        {
            c.Save<T>(10);
            c.Scratch<T>(10);
            c.SaveInput(0);
            c.In<T>(0).CopyTo(c.Out<T>());
            if (forward)
            {
                throw new InvalidOperationException("deliberate");
            }
        }

        protected override void Backward<T>(BackwardContext c)
        {
            c.GradIn<T>(0);
            c.Scratch<T>(10);
            throw new InvalidOperationException("deliberate");
        }
    }
}
