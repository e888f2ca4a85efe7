namespace Fovea.Io.KeyMaps;

/// <summary>Brings tensors into our layouts.</summary>
internal static class LayoutConversion
{
    public static IReadOnlyDictionary<string, Tensor> Run(Mapping mapping, IReadOnlyDictionary<string, Tensor> own)
    {
        var converted = mapping.Tensors.ToDictionary(
            t => t.Key, t => own.TryGetValue(t.Key, out Tensor? target) ? Convert(mapping.LayoutOf(t.Key), t.Value, target.Shape) : t.Value);
        foreach ((string name, Tensor target) in own)
        {
            if (!converted.ContainsKey(name) && mapping.Map.IsZeroWhenAbsent(name))
            {
                converted[name] = Tensor.Zeros(target.Shape);
            }
        }

        return converted;
    }

    /// <summary>The tensor in our layout; as it is when it cannot be brought into it, so that the loading says what does not fit.</summary>
    private static Tensor Convert(KeyLayout layout, Tensor tensor, Shape target) => layout switch
    {
        KeyLayout.Pointwise when tensor.Rank == 4 && target.Rank == 2 && tensor.Shape[2] == 1 && tensor.Shape[3] == 1 =>
            tensor.Reshape(tensor.Shape[0], tensor.Shape[1]),
        KeyLayout.Scalar when tensor.Rank == 0 && target.Rank == 1 => tensor.Reshape(1),
        KeyLayout.Column when tensor.Rank == 1 && target.Rank == 3 => tensor.Reshape(tensor.Shape[0], 1, 1),
        KeyLayout.Patch when tensor.Rank == 2 && target.Rank == 4 && tensor.Shape[0] == target[0] && tensor.Shape[1] == target.Product(1, 4) =>
            tensor.Reshape(target[0], target[2], target[3], target[1]).Permute(0, 3, 1, 2),
        _ => tensor,
    };
}
