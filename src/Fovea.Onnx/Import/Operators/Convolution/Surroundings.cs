namespace Fovea.Onnx.Import;

/// <summary>Numbers around the positions of [N, C, …], and cuts of them.</summary>
internal static class Surroundings
{
    /// <summary>Adds a number before and after each axis of positions; a negative width cuts.</summary>
    public static Tensor Around(Tensor x, (int Before, int After)[] padding, double value = 0, PadMode mode = PadMode.Constant)
    {
        int first = x.Rank - padding.Length;
        for (int i = 0; i < padding.Length; i++)
        {
            (int before, int after) = padding[i];
            if (before < 0 || after < 0)
            {
                int length = x.Shape[first + i];
                int start = Math.Min(length, Math.Max(0, -before));
                x = x.Narrow(first + i, start, Math.Max(0, length - start - Math.Max(0, -after)));
            }
        }

        (int Before, int After)[] added = Array.ConvertAll(padding, p => (Math.Max(0, p.Before), Math.Max(0, p.After)));
        return Array.TrueForAll(added, p => p is (0, 0)) ? x : x.Pad([.. added.Reverse().SelectMany(p => new[] { p.Before, p.After })], mode, value);
    }

    /// <summary>Whether as much is added before each axis as behind it.</summary>
    public static bool IsSymmetric((int Before, int After)[] padding) => Array.TrueForAll(padding, p => p.Before == p.After);
}
