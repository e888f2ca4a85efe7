using Fovea.Attention;
using Fovea.Contract.Tests.Mechanisms;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>A compiled model is a value: whatever becomes of the module, it gives the same numbers for every batch.</summary>
public sealed class BatchTests
{
    private const int ImageSize = 32;
    private static readonly int[] s_batches = [2, 1, 3, 7];

    public static TheoryData<string> Models => [.. TestModels.Keys];

    public static TheoryData<string> Mechanisms => MechanismCase.All;

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_that_is_overwritten_and_disposed_keeps_its_numbers_for_every_batch(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = ImageSize, Classes = 5 });
        KeepsItsNumbers(model, new TensorSpec([1, 3, ImageSize, ImageSize], DType.Float32));
    }

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void A_mechanism_that_is_overwritten_and_disposed_keeps_its_numbers_for_every_batch(string name)
    {
        using MechanismCase c = MechanismCase.Open(name);
        using IDisposable still = GradMode.NoGrad();
        KeepsItsNumbers(c.Module.Eval(), [.. c.Inputs.Select(x => x.Spec)]);
    }

    private static void KeepsItsNumbers(Module module, params TensorSpec[] inputs)
    {
        int first = inputs[0].Shape[0];
        int[] batches = [.. s_batches.Where(b => b != first)];
        Tensor[][] given = Array.ConvertAll(batches, b => Draw(inputs, first, b));
        Tensor[] expected = Array.ConvertAll(given, x => MechanismCase.Call(module, x));
        using CompiledModel compiled = module.Compile(new CompileOptions { Plans = 2 }, inputs);
        foreach (Tensor value in module.Parameters().Concat(module.NamedBuffers().Select(b => b.Value)))
        {
            if (value.DType == DType.Float32)
            {
                value.Fill(0.1);
            }

            value.Dispose();
        }

        for (int i = 0; i < batches.Length; i++)
        {
            Compare.Close(expected[i], compiled.Run(given[i]));
        }

        Assert.Equal(2, compiled.PlanCount);
    }

    private static Tensor[] Draw(TensorSpec[] inputs, int first, int batch) => Array.ConvertAll(inputs, s =>
    {
        Tensor x = Tensor.Zeros(s.Shape[0] == first ? s.Shape.With(0, batch) : s.Shape, s.DType);
        if (s.DType == DType.Float32)
        {
            new Generator(17).FillUniform(x.AsSpan<float>(), -1, 1);
        }

        return x;
    });
}
