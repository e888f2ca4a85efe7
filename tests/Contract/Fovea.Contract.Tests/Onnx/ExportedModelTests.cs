using Fovea.Attention;
using Fovea.Contract.Tests.Compilation;
using Fovea.Contract.Tests.Mechanisms;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Onnx;

/// <summary>Every mechanism of a golden and every model of the catalogue gives in ONNX Runtime what it gives here.</summary>
public sealed class ExportedModelTests
{
    private const int ImageSize = 64;

    public static TheoryData<string> Cases => MechanismCase.All;

    public static TheoryData<string> Models => [.. TestModels.Keys];

    public static TheoryData<string> Mechanisms => CompiledModelTests.Mechanisms;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mechanism_runs_the_same_in_another_engine_at_any_batch(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        using MechanismCase c = MechanismCase.Open(name);
        c.Module.Eval();
        using var engine = new OtherEngine(c.Module.ToOnnx(OnnxExportOptions.Default, [.. c.Inputs.Select(t => t.Spec)]));
        Assert.True(engine.TakesAnyBatch(0));
        foreach (int batch in new[] { c.Inputs[0].Shape[0], 1, 3 }.Distinct())
        {
            Tensor[] inputs = [.. c.Inputs.Select((t, i) => engine.TakesAnyBatch(i) ? OfBatch(t, batch) : t)];
            Near.Check(MechanismCase.Call(c.Module, inputs), engine.Run(inputs)[0], $"{name}, batch {batch}");
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_takes_any_batch(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = ImageSize, Classes = 7 });
        using var engine = new OtherEngine(model.ToOnnx(OnnxExportOptions.Default, new TensorSpec([1, 3, ImageSize, ImageSize], DType.Float32)));
        foreach (int batch in new[] { 1, 3 })
        {
            Tensor x = DrawnModels.Image(batch, ImageSize);
            Near.Check(model.Call(x), engine.Run(x)[0], $"{key}, {batch} images");
        }
    }

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void A_model_with_attention_takes_any_batch(string mechanism)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 32, Classes = 7, Attention = new AttentionPlacement { Key = mechanism } });
        using var engine = new OtherEngine(model.ToOnnx(OnnxExportOptions.Default, new TensorSpec([2, 3, 32, 32], DType.Float32)));
        foreach (int batch in new[] { 1, 3 })
        {
            Tensor x = DrawnModels.Image(batch, 32);
            Near.Check(model.Call(x), engine.Run(x)[0], $"{mechanism}, {batch} images");
        }
    }

    /// <summary>The samples in turns, each round half as large as the one before, so that no two are alike.</summary>
    private static Tensor OfBatch(Tensor x, int batch) => Tensor.Concat(
        [.. Enumerable.Range(0, batch).Select(i => x.Narrow(0, i % x.Shape[0], 1)).Select((sample, i) => i < x.Shape[0] || !x.DType.IsFloating() ? sample : sample * Math.Pow(0.5, i / x.Shape[0]))]);
}
