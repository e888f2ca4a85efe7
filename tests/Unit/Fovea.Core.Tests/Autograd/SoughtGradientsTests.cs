namespace Fovea.Core.Tests.Autograd;

/// <summary>Gradients with respect to some tensors alone.</summary>
public sealed class SoughtGradientsTests
{
    [Fact]
    public void They_are_of_leaves_and_of_results_on_the_way_and_no_leaf_takes_them()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.From([1f, 2, 3]);
        Tensor w = Tensor.From([4f, 5, 6]);
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        Tensor product = x * w;
        Tensor[] gone = [product, product.Square()];
        Tensor result = (gone[1] + gone[1] + x).Sum();
        gone[1].Dispose();
        Tensor?[] gradients = result.Gradients([gone[1], product, w, x, Tensor.Ones([2])], retainGraph: true);
        Assert.Equal([2f, 2, 2], gradients[0]!.ToArray<float>());
        Assert.Equal([16f, 40, 72], gradients[1]!.ToArray<float>());
        Assert.Equal([16f, 80, 216], gradients[2]!.ToArray<float>());
        Assert.Equal([65f, 201, 433], gradients[3]!.ToArray<float>());
        Assert.Null(gradients[4]);
        Assert.Null(x.Grad);
        Assert.Null(w.Grad);
        result.Backward();
        Assert.Equal([65f, 201, 433], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Nothing_behind_what_is_asked_for_is_passed()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.From([1f, 2, 3]);
        x.RequiresGrad = true;
        Tensor middle = x.Exp();
        Tensor result = middle.Square().Sum();
        Assert.Equal(2 * MathF.E, result.Gradients([middle])[0]!.ToArray<float>()[0], 1e-5);

        // What lies behind was not passed and can be still; what lies before was, and is gone.
        middle.Sum().Backward();
        Assert.Equal(MathF.E, x.Grad!.ToArray<float>()[0], 1e-5);
        Assert.Throws<FoveaException>(() => result.Gradients([x]));
    }
}
