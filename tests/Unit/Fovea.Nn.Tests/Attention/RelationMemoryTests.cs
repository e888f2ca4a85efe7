using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Nn.Tests.Attention;

/// <summary>Relations over 16,384 positions, which as a matrix would take a gigabyte, forward and backward in bounded memory.</summary>
public sealed class RelationMemoryTests
{
    private const long Megabyte = 1 << 20;

    [Theory]
    [InlineData("pam", """{"channels": 64, "identityStart": false}""", 150)]
    [InlineData("non_local", """{"channels": 64, "mode": "concatenation", "identityStart": false}""", 150)]
    [InlineData("non_local", """{"channels": 64, "mode": "dot_product", "identityStart": false}""", 150)]
    public void Peak_stays_below(string key, string config, int megabytes)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find(key).Create(JsonNode.Parse(config)!.AsObject());
        Tensor x = Tensor.Empty([1, 64, 128, 128]);
        new Generator(5).FillNormal(x.AsSpan<float>());
        x.RequiresGrad = true;
        Tensor cotangent = Tensor.Ones(x.Shape);
        long before = TensorMemory.LiveBytes;
        TensorMemory.ResetPeak();
        module.Call(x).Backward(cotangent);
        long peak = TensorMemory.PeakBytes - before;
        Assert.True(peak < megabytes * Megabyte, $"{key}: {peak / Megabyte} MB above the inputs, more than {megabytes}");
        Assert.All(x.Grad!.ToArray<float>(), g => Assert.True(float.IsFinite(g)));
        module.ClearGrads();
    }
}
