namespace Fovea.Interop.Tests;

internal static class Tensors
{
    /// <summary>Demands the same names, shapes, types and bits.</summary>
    public static void AssertEqual(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor tensor) in expected)
        {
            Assert.True(tensor.Spec == actual[name].Spec, $"{name}: expected {tensor.Spec}, got {actual[name].Spec}");
            Assert.True(tensor.AsBytes().SequenceEqual(actual[name].AsBytes()), $"{name}: expected {tensor}, got {actual[name]}");
        }
    }
}
