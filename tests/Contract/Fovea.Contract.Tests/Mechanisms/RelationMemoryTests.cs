using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Contract.Tests.Mechanisms;

/// <summary>Relations on large maps, forward and backward, within memory that no N×N buffer would fit in.</summary>
public sealed class RelationMemoryTests
{
    // N = 65,536: the relation would take 17 GB dense, and 134 MB as H + W logits a position. The bound is the issue's.
    [Fact]
    public void Criss_cross_of_256_by_256_stays_under_300_MB()
    {
        long peak = Peak("criss_cross", new JsonObject { ["channels"] = 64, ["recurrence"] = 1 }, [1, 64, 256, 256]);
        Assert.True(peak < 300_000_000, $"{peak / 1e6:f0} MB");
    }

    [Fact]
    public void Criss_cross_applied_twice_stays_under_it_too()
    {
        long peak = Peak("criss_cross", new JsonObject { ["channels"] = 64 }, [1, 64, 256, 256]);
        Assert.True(peak < 300_000_000, $"{peak / 1e6:f0} MB");
    }

    // N = 16,384: the relations alone, in both directions, would take 2 GB.
    [Fact]
    public void Relation_aware_attention_of_128_by_128_stays_under_150_MB()
    {
        var options = new JsonObject { ["channels"] = 16, ["height"] = 128, ["width"] = 128, ["channel"] = false, ["spatialRatio"] = 1024 };
        long peak = Peak("rga", options, [1, 16, 128, 128]);
        Assert.True(peak < 150_000_000, $"{peak / 1e6:f0} MB");
    }

    // A window of 9 × 9 on N = 16,384: the maps take 5 MB, A would take 1 GB.
    [Fact]
    public void Point_wise_attention_with_a_small_window_stays_under_100_MB()
    {
        var options = new JsonObject { ["channels"] = 16, ["midChannels"] = 16, ["shrinkFactor"] = 1, ["maskHeight"] = 9, ["maskWidth"] = 9 };
        long peak = Peak("psa", options, [1, 16, 128, 128]);
        Assert.True(peak < 100_000_000, $"{peak / 1e6:f0} MB");
    }

    private static long Peak(string key, JsonObject options, Shape shape)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find(key).Create(options);
        Initialization.Draw(module, new Generator(3));
        Tensor x = Tensor.Empty(shape);
        new Generator(5).FillNormal(x.AsSpan<float>());
        x.RequiresGrad = true;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = TensorMemory.LiveBytes;
        TensorMemory.ResetPeak();
        Tensor y = module.Call(x);
        y.Backward(Tensor.Ones(y.Shape));
        long peak = TensorMemory.PeakBytes - before;
        x.ClearGrad();
        module.ClearGrads();
        return peak;
    }
}
