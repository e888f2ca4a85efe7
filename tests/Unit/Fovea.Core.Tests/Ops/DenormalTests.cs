namespace Fovea.Core.Tests.Ops;

/// <summary>
/// Attention over features as they come, whose logits lie a hundred and more apart: neither results nor gradients hold denormal numbers,
/// which cost some processors hundreds of cycles each.
/// </summary>
public sealed class DenormalTests : IDisposable
{
    private readonly TensorScope _scope = TensorScope.Begin();

    public static TheoryData<string> Cases => [.. s_ops.Keys];

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> s_ops = new()
    {
        ["channel attention"] = (x, _) => Channels(x),
        ["scaled dot product"] = (x, y) => Rows(x).ScaledDotProductAttention(Rows(y), Rows(x)),
        ["criss-cross"] = (x, y) => x.CrissCross(y, x, y, Tensor.From([0.5f])),
        ["point-wise, collecting"] = (x, y) => x.PointwiseAttention(Maps(y), new(3, 3), distribute: false),
        ["point-wise, distributing"] = (x, y) => x.PointwiseAttention(Maps(y), new(3, 3), distribute: true),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attention_over_raw_features_makes_none(string op)
    {
        var random = new Generator(1);
        Tensor x = Features(random), y = Features(random);
        Tensor result = s_ops[op](x, y);
        Assert.Equal(0, Count(result));
        (result.Reshape(2, 9, 12, 12) * Features(random)).Sum().Backward();
        Assert.Equal(0, Count(x.Grad!));
        Assert.Equal(0, y.Grad is null ? 0 : Count(y.Grad));
    }

    // softmax(max − X·Xᵀ) · X, as the channel half of dual attention.
    private static Tensor Channels(Tensor x)
    {
        Tensor rows = Rows(x);
        Tensor energy = rows.MatMul(rows.Transpose(-1, -2));
        Tensor weights = (energy.Max(-1, keepDim: true) - energy).Softmax(-1);
        Assert.Equal(0, Count(weights));
        return weights.MatMul(rows);
    }

    private static Tensor Rows(Tensor x) => x.Reshape(2, 1, 9, 144);

    private static Tensor Maps(Tensor x) => x * 30;

    private static Tensor Features(Generator random)
    {
        var values = new float[2 * 9 * 144];
        random.FillNormal<float>(values, 0, 3);
        Tensor x = Tensor.From(values, [2, 9, 12, 12]);
        x.RequiresGrad = true;
        return x;
    }

    private static int Count(Tensor x) => x.ToArray<float>().Count(float.IsSubnormal);
}
