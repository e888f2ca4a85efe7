namespace Fovea.Core.Tests.Autograd;

[Collection(Serial.Name)]
public sealed class ParallelEvaluationTests
{
    [Fact]
    public void Many_threads_may_evaluate_shared_weights_at_once()
    {
        Serial.CollectLeftovers();
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor weight = Random(8, 3, 3, 3);
            Tensor scale = Random(8);
            Tensor head = Random(5, 8);
            weight.RequiresGrad = true;
            Tensor x = Random(2, 3, 17, 19);
            byte[] expected = Evaluate(x, weight, scale, head);
            Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                using TensorScope scope = TensorScope.Begin();
                Assert.Equal(expected, Evaluate(x, weight, scale, head));
            });
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    private static byte[] Evaluate(Tensor x, Tensor weight, Tensor scale, Tensor head)
    {
        using (GradMode.NoGrad())
        {
            Tensor y = x.Conv2d(weight, scale, padding: 1).Relu().MaxPool2d(2);
            y = y * y.GlobalAvgPool().Sigmoid().Reshape(2, 8, 1, 1);
            return y.GlobalAvgPool().Linear(head).Softmax(-1).AsBytes().ToArray();
        }
    }

    private static Tensor Random(params int[] shape)
    {
        Tensor tensor = Tensor.Empty(new Shape(shape));
        new Generator((ulong)tensor.Elements).FillNormal(tensor.AsSpan<float>());
        return tensor;
    }
}
