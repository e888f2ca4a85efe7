using Fovea.Inspect;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Onnx.Tests;

/// <summary>Cases of other people's making: ONNX's own of single operators, and networks that PyTorch exported.</summary>
public sealed class CaseTests
{
    // Sums in another order, over a few thousand products.
    private const double GradientTolerance = 2e-4;

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Repository.Golden("onnx")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Networks => [.. Cases.Select(c => c.Data).Where(c => c.StartsWith("net_", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_gives_its_numbers_by_every_path(string name)
    {
        foreach (GoldenPath by in Enum.GetValues<GoldenPath>())
        {
            GoldenResult result = OnnxCase.Run(Repository.Golden("onnx", name), by);
            Assert.True(!result.Failed && result.Unsupported is null, result.ToString());
        }
    }

    [Fact]
    public void The_cases_that_PyTorch_converted_pass_all()
    {
        string? folder = SharedData.Path("onnx-cases");
        Assert.SkipWhen(folder is null, SharedData.Missing);
        string[] failed =
        [
            .. Directory.GetDirectories(folder).SelectMany(d => Enum.GetValues<GoldenPath>().Select(by => OnnxCase.Run(d, by))).Where(r => !r.Passed).Select(r => r.ToString()),
        ];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_gradients_of_a_network_are_those_of_PyTorch(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        string folder = Repository.Golden("onnx", name);
        OnnxModel model = OnnxModel.Load(Path.Combine(folder, "model.onnx"));
        model.Eval();
        IReadOnlyDictionary<string, Tensor> golden = NpzFile.Read(Path.Combine(folder, "gradients.npz"));
        Tensor x = OnnxTensorFile.Read(Path.Combine(folder, "test_data_set_0", "input_0.pb"));
        x.RequiresGrad = true;
        model.Call(x).Backward(golden["cotangent"]);
        Check("input", x.Grad, golden["grad.input"]);
        Dictionary<string, Tensor> parameters = model.NamedParameters().ToDictionary(p => p.Name, p => p.Value);
        foreach ((string key, Tensor expected) in golden.Where(g => g.Key.StartsWith("grad.", StringComparison.Ordinal) && g.Key != "grad.input"))
        {
            // The exporter writes the weights of MatMul transposed, under a name of its own.
            string own = key["grad.".Length..];
            if (parameters.TryGetValue(own, out Tensor? parameter))
            {
                Check(own, parameter.Grad, expected);
            }
        }

        Assert.True(parameters.Keys.Count(k => golden.ContainsKey($"grad.{k}")) * 2 > parameters.Count);
        model.ClearGrads();

        static void Check(string name, Tensor? grad, Tensor expected)
        {
            Assert.NotNull(grad);
            Assert.Equal(expected.Shape, grad.Shape);

            // A bias in front of an instance norm has no effect; what is left of its gradient is rounding.
            bool isNothing = expected.ToArray<float>().All(g => Math.Abs(g) < 1e-5f);
            double error = isNothing
                ? grad.ToArray<float>().Max(g => Math.Abs(g))
                : GoldenError.Of(grad.AsSpan<float>(), expected.AsSpan<float>(), GradientTolerance);
            Assert.True(error <= GradientTolerance, $"the gradient of {name} is off by {error:e2}");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_compiled_network_takes_other_batches(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        string folder = Repository.Golden("onnx", name);
        OnnxModel model = OnnxModel.Load(Path.Combine(folder, "model.onnx"));
        model.Eval();
        Tensor x = OnnxTensorFile.Read(Path.Combine(folder, "test_data_set_0", "input_0.pb"));
        using CompiledModel compiled = model.Compile(x.Shape);
        Assert.True(compiled.TakesOtherBatches);
        Tensor three = Tensor.Concat([x, x.Narrow(0, 0, 1)]);
        Tensor expected = model.Call(three);
        Assert.True(GoldenError.Of(compiled.Run(three).AsSpan<float>(), expected.AsSpan<float>(), 1e-5) <= 1e-5);
    }
}
