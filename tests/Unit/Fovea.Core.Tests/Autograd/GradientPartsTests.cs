namespace Fovea.Core.Tests.Autograd;

/// <summary>Gradients that reach an op in two parts, and gradients written over what the tape saved.</summary>
[Collection(Serial.Name)]
public sealed class GradientPartsTests : IDisposable
{
    private readonly TensorScope _scope;

    public GradientPartsTests()
    {
        Serial.CollectLeftovers();
        _scope = TensorScope.Begin();
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, false, false), InlineData(1, true, true), InlineData(2, false, false), InlineData(2, true, false)]
    [InlineData(2, false, true), InlineData(2, true, true), InlineData(3, false, false), InlineData(3, true, true)]
    public void A_norm_whose_output_is_used_several_times_gets_the_sum_of_the_gradients(int users, bool relu, bool residual)
    {
        // The same network with one user, whose gradient is the sum by construction.
        double[][] parts = Gradients(users, relu, residual, asOne: false);
        double[][] whole = Gradients(users, relu, residual, asOne: true);
        for (int i = 0; i < whole.Length; i++)
        {
            for (int n = 0; n < whole[i].Length; n++)
            {
                Assert.Equal(whole[i][n], parts[i][n], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_rectifier_whose_output_is_used_twice_gets_the_sum_of_the_gradients(bool sum)
    {
        Tensor a = Tensor.From([-2.0, 1, 3]), b = Tensor.From([1.0, 1, -1]);
        a.RequiresGrad = b.RequiresGrad = true;
        Tensor y = sum ? a.AddRelu(b) : a.Relu();
        ((y * 3).Sum() + (y * y).Sum()).Backward();
        Assert.Equal(sum ? [0, 7, 7] : [0, 5, 9], a.Grad!.ToArray<double>());
        if (sum)
        {
            Assert.Equal([0, 7, 7], b.Grad!.ToArray<double>());
            b.Grad!.Fill(0);
            Assert.Equal([0, 7, 7], a.Grad!.ToArray<double>());
        }
    }

    [Fact]
    public void A_graph_that_is_kept_can_be_passed_again_with_the_same_result()
    {
        (Tensor loss, Tensor[] leaves) = Network(2, relu: true, residual: true, asOne: false);
        loss.Backward(retainGraph: true);
        double[][] first = [.. leaves.Select(l => l.Grad!.ToArray<double>())];
        foreach (Tensor leaf in leaves)
        {
            leaf.ClearGrad();
        }

        loss.Backward();
        Assert.Equal(first, leaves.Select(l => l.Grad!.ToArray<double>()));
    }

    [Fact]
    public void What_the_caller_still_holds_is_not_overwritten()
    {
        Tensor x = Normal([2, 3, 4], 1);
        double[] before = x.ToArray<double>();
        x.RequiresGrad = true;
        Tensor scaled = x * 2;
        Norm(scaled, relu: true, null, [3]).Sum().Backward();
        Assert.Equal(before, x.ToArray<double>());
        Assert.Equal(before.Select(v => 2 * v), scaled.ToArray<double>());
    }

    [Fact]
    public void An_output_that_asked_for_its_gradient_sees_both_parts()
    {
        Tensor x = Normal([2, 3, 4], 1);
        x.RequiresGrad = true;
        Tensor y = Norm(x * 2, relu: false, null, [3]).RetainGrad();
        ((y * 3).Sum() + (y * 4).Sum()).Backward();
        Assert.All(y.Grad!.ToArray<double>(), g => Assert.Equal(7, g));
    }

    private static double[][] Gradients(int users, bool relu, bool residual, bool asOne)
    {
        (Tensor loss, Tensor[] leaves) = Network(users, relu, residual, asOne);
        loss.Backward();
        return [.. leaves.Select(l => l.Grad!.ToArray<double>())];
    }

    private static (Tensor Loss, Tensor[] Leaves) Network(int users, bool relu, bool residual, bool asOne)
    {
        Tensor x = Normal([3, 2, 5], 1), r = Normal([3, 2, 5], 2);
        x.RequiresGrad = r.RequiresGrad = true;
        Tensor y;
        using (TensorScope inner = TensorScope.Begin())
        {
            // Made and dropped here, so that the tape alone holds them.
            y = inner.Keep(Norm(x * 2, relu, residual ? r * 3 : null, [2]));
        }

        Tensor[] weights = [.. Enumerable.Range(0, users).Select(i => Normal([3, 2, 5], 10 + i))];
        Tensor loss = asOne
            ? (y * weights.Aggregate((a, b) => a + b)).Sum()
            : weights.Select(w => (y * w).Sum()).Aggregate((a, b) => a + b);
        return (loss, residual ? [x, r] : [x]);
    }

    private static Tensor Norm(Tensor x, bool relu, Tensor? residual, Shape channels)
    {
        Tensor mean = Tensor.Zeros(channels, DType.Float64), variance = Tensor.Ones(channels, DType.Float64);
        Tensor weight = Normal(channels, 5), bias = Normal(channels, 6);
        weight.RequiresGrad = bias.RequiresGrad = true;
        return x.BatchNorm(mean, variance, weight, bias, training: true, residual: residual, relu: relu);
    }

    private static Tensor Normal(Shape shape, int seed)
    {
        double[] values = new double[shape.Elements];
        new Generator((ulong)seed).FillNormal(values);
        return Tensor.From(values, shape);
    }
}
