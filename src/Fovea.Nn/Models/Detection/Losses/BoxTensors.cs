namespace Fovea.Models;

/// <summary>Boxes as constants beside what a network gave.</summary>
internal static class BoxTensors
{
    /// <summary>Two numbers of each: [F, 2].</summary>
    public static Tensor Pairs<T>(IReadOnlyList<T> items, Func<T, (float, float)> read, DType type)
    {
        float[] values = new float[2 * items.Count];
        for (int i = 0; i < items.Count; i++)
        {
            (values[2 * i], values[(2 * i) + 1]) = read(items[i]);
        }

        return Tensor.From(values, [items.Count, 2]).To(type);
    }

    /// <summary>Width times height of [F, 2]: [F, 1].</summary>
    public static Tensor Area(Tensor extent) => extent.Narrow(1, 0, 1) * extent.Narrow(1, 1, 1);
}
