using System.Text.Json;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Ops;

/// <summary>
/// Results and gradients that PyTorch computed (<c>tests/golden/make_ops.py</c>): for what is put together from several ops, and for
/// defaults, edges and divisors that are PyTorch's to define.
/// </summary>
public sealed class PyTorchTests
{
    // Both sides compute in double; sums are added up in different orders.
    private const double Tolerance = 1e-10;

    // PyTorch's gradient of the hard sigmoid is the float nearest to 1/6, also in double.
    private const double HardSigmoidTolerance = 1e-7;

    private static readonly Dictionary<string, JsonElement> s_cases =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("ops.json"))).RootElement.EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);

    private static readonly Dictionary<string, Func<Tensor[], Tensor[]>> s_runs = new()
    {
        ["conv1d"] = x => [x[0].Conv1d(x[1], x[2], stride: 2, padding: 3, dilation: 2)],
        ["conv1d eca"] = x => [x[0].Conv1d(x[1], padding: 1)],
        ["conv2d groups"] = x => [x[0].Conv2d(x[1], x[2], (2, 1), (1, 2), (1, 2), 2)],
        ["conv3d"] = x => [x[0].Conv3d(x[1], x[2], padding: 1)],
        ["conv3d options"] = x => [x[0].Conv3d(x[1], null, (2, 1, 2), (1, 0, 1), (2, 1, 1), 2)],
        ["conv3d pointwise"] = x => [x[0].Conv3d(x[1], x[2])],
        ["conv3d one plane"] = x => [x[0].Conv3d(x[1], padding: (0, 1, 1))],
        ["conv_transpose2d"] = x => [x[0].ConvTranspose2d(x[1], x[2], 2, 1, 1, groups: 2)],
        ["max_pool1d"] = x => [x[0].MaxPool1d(3, 2, 1)],
        ["max_pool2d ceil"] = x => [x[0].MaxPool2d(3, 2, 1, ceilMode: true)],
        ["max_pool2d dilation"] = x => [x[0].MaxPool2d((2, 3), 1, 1, (2, 1))],
        ["max_pool3d"] = x => [x[0].MaxPool3d(3, 2, 1)],
        ["max_pool3d planes"] = x => [x[0].MaxPool3d((1, 2, 2))],
        ["avg_pool1d"] = x => [x[0].AvgPool1d(3, 2, 1)],
        ["avg_pool2d ceil"] = x => [x[0].AvgPool2d(3, 2, 1, ceilMode: true)],
        ["avg_pool2d ceil exclude"] = x => [x[0].AvgPool2d(3, 2, 1, ceilMode: true, countIncludePad: false)],
        ["avg_pool3d"] = x => [x[0].AvgPool3d(3, 2, 1)],
        ["avg_pool3d exclude"] = x => [x[0].AvgPool3d(3, 2, 1, countIncludePad: false)],
        ["adaptive_avg_pool1d"] = x => [x[0].AdaptiveAvgPool1d(4)],
        ["adaptive_avg_pool2d"] = x => [x[0].AdaptiveAvgPool2d((3, 2))],
        ["adaptive_max_pool2d"] = x => [x[0].AdaptiveMaxPool2d((3, 2))],
        ["global_max_pool"] = x => [x[0].GlobalMaxPool()],
        ["batch_norm"] = x => [x[0].BatchNorm(Tensor.Zeros([2], DType.Float64), Tensor.Ones([2], DType.Float64), x[1], x[2], training: true)],
        ["layer_norm"] = x => [x[0].LayerNorm([3, 4], x[1], x[2])],
        ["group_norm"] = x => [x[0].GroupNorm(2, x[1], x[2])],
        ["var"] = x => [x[0].Var([0, 2])],
        ["std biased"] = x => [x[0].Std([1], unbiased: false, keepDim: true)],
        ["logsumexp"] = x => [x[0].LogSumExp(1)],
        ["logsumexp axes"] = x => [x[0].LogSumExp([0, 2], keepDim: true)],
        ["max axes"] = x => [x[0].Max([0, 2])],
        ["min all"] = x => [x[0].Min()],
        ["norm axes"] = x => [x[0].Norm([1, 2])],
        ["norm"] = x => [x[0].Norm(1)],
        ["mean axes"] = x => [x[0].Mean([1, 3], keepDim: true)],
        ["sum all"] = x => [x[0].Sum()],
        ["max"] = x => [x[0].Max(1)],
        ["argmax"] = x => [x[0].ArgMax(1)],
        ["pad constant"] = x => [x[0].Pad([1, 2, 0, 3], value: 0.5)],
        ["pad reflect"] = x => [x[0].Pad([2, 1, 1, 2], PadMode.Reflect)],
        ["pad replicate"] = x => [x[0].Pad([2, 1, 1, 2], PadMode.Replicate)],
        ["channel_shuffle"] = x => [x[0].ChannelShuffle(3)],
        ["chunk"] = x => x[0].Chunk(3, 1),
        ["stack"] = x => [Tensor.Stack([x[0], x[1]], 1)],
        ["embedding"] = x => [x[0].Embedding(x[1])],
        ["gather"] = x => [x[0].Gather(1, x[1])],
        ["upsample nearest"] = x => [x[0].UpsampleNearest2d((5, 7))],
        ["upsample bilinear"] = x => [x[0].UpsampleBilinear2d((5, 7))],
        ["upsample bilinear down"] = x => [x[0].UpsampleBilinear2d((2, 3))],
        ["upsample bilinear corners"] = x => [x[0].UpsampleBilinear2d((5, 7), alignCorners: true)],
        ["where"] = x => [x[0].Greater(0).Where(x[1], x[2])],
        ["gelu"] = x => [x[0].Gelu()],
        ["gelu tanh"] = x => [x[0].GeluTanh()],
        ["hard swish"] = x => [x[0].HardSwish()],
        ["hard sigmoid"] = x => [x[0].HardSigmoid()],
        ["softplus"] = x => [x[0].Softplus(2)],
        ["relu edges"] = x => [x[0].Relu()],
        ["relu6 edges"] = x => [x[0].Relu6()],
        ["hard sigmoid edges"] = x => [x[0].HardSigmoid()],
        ["clamp edges"] = x => [x[0].Clamp(-1, 1)],
        ["abs edges"] = x => [x[0].Abs()],
        ["maximum ties"] = x => [x[0].Maximum(x[1])],
        ["leaky relu edges"] = x => [x[0].LeakyRelu(0.1)],
        ["cross_entropy"] = x => [x[0].CrossEntropy(x[1])],
        ["cross_entropy options"] = x => [x[0].CrossEntropy(x[1], x[2], labelSmoothing: 0.1, ignoreIndex: 2)],
        ["cross_entropy maps"] = x => [x[0].CrossEntropy(x[1], ignoreIndex: 1, reduction: LossReduction.None)],
        ["cross_entropy probabilities"] = x => [x[0].CrossEntropy(x[1].Softmax(1), x[2], labelSmoothing: 0.2)],
        ["cross_entropy probabilities sum"] = x => [x[0].CrossEntropy(x[1].Softmax(1), reduction: LossReduction.Sum)],
        ["bce"] = x => [x[0].BceWithLogits(x[1].Sigmoid())],
        ["bce weight"] = x => [x[0].BceWithLogits(x[1].Sigmoid(), x[2].Detach(), LossReduction.Sum)],
        ["mse"] = x => [x[0].MseLoss(x[1])],
        ["l1"] = x => [x[0].L1Loss(x[1], LossReduction.Sum)],
        ["matmul broadcast"] = x => [x[0].MatMul(x[1])],
        ["linear"] = x => [x[0].Linear(x[1], x[2])],
    };

    public static TheoryData<string> Names => [.. s_cases.Keys];

    [Fact]
    public void Every_case_is_run() => Assert.Equal(s_cases.Keys.Order(), s_runs.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Equals_PyTorch(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        JsonElement expected = s_cases[name];
        Tensor[] inputs = [.. expected.GetProperty("inputs").EnumerateArray().Select(Read)];
        foreach (Tensor input in inputs.Where(t => t.DType.IsFloating()))
        {
            input.RequiresGrad = true;
        }

        Tensor[] outputs = s_runs[name](inputs);
        Compare($"{name}: output", outputs, expected.GetProperty("outputs"));
        if (!expected.TryGetProperty("grads", out JsonElement grads))
        {
            return;
        }

        Tensor[] cotangents = [.. expected.GetProperty("cotangents").EnumerateArray().Select(Read)];
        Tensor loss = outputs.Zip(cotangents, (y, c) => (y * c).Sum()).Aggregate((a, b) => a + b);
        loss.Backward();
        for (int i = 0; i < inputs.Length; i++)
        {
            if (grads[i].ValueKind != JsonValueKind.Null)
            {
                // An input that PyTorch detached has zeros there and nothing here.
                Compare($"{name}: gradient {i}", inputs[i].Grad ?? Tensor.Zeros(inputs[i].Shape, DType.Float64), grads[i]);
            }
        }
    }

    private static void Compare(string what, Tensor[] got, JsonElement expected)
    {
        Assert.Equal(expected.GetArrayLength(), got.Length);
        for (int i = 0; i < got.Length; i++)
        {
            Compare($"{what} {i}", got[i], expected[i]);
        }
    }

    private static void Compare(string what, Tensor got, JsonElement expected)
    {
        RefTensor right = RefTensor.Of(Read(expected));
        Assert.Equal(right.Shape, got.Shape.Lengths.ToArray());
        double error = Passes.Error(RefTensor.Of(got).Values, right.Values);
        double tolerance = what.StartsWith("hard sigmoid", StringComparison.Ordinal) ? HardSigmoidTolerance : Tolerance;
        Assert.True(error <= tolerance, $"{what} is off by {error:e2}");
    }

    private static Tensor Read(JsonElement tensor)
    {
        Shape shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];
        Tensor values = Tensor.From([.. tensor.GetProperty("values").EnumerateArray().Select(e => e.GetDouble())], shape);
        return tensor.GetProperty("type").GetString() switch
        {
            "int64" => values.To(DType.Int64),
            "bool" => values.To(DType.Bool),
            _ => values,
        };
    }
}
