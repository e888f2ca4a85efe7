namespace Fovea.Onnx.Import;

/// <summary>The window that convolutions and pools share: its steps, and what is added around.</summary>
internal sealed class Window
{
    // Larger numbers are no sizes of pictures, and their products would be no sizes of tensors.
    private const long Most = 1 << 24;

    private readonly int[]? _strides;
    private readonly int[]? _dilations;
    private readonly int[]? _pads;
    private readonly string _autoPad;

    private Window(int[]? kernel, int[]? strides, int[]? dilations, int[]? pads, string autoPad)
    {
        (Kernel, _strides, _dilations, _pads, _autoPad) = (kernel, strides, dilations, pads, autoPad);
    }

    /// <summary>The lengths of the window; null when the node does not say them.</summary>
    public int[]? Kernel { get; }

    /// <summary>What is added around depends on the input's lengths.</summary>
    public bool IsAutomatic => _autoPad.StartsWith("SAME", StringComparison.Ordinal);

    /// <summary>Reads the attributes of a node.</summary>
    /// <exception cref="NodeRefusal">They do not fit one another.</exception>
    public static Window Read(NodeSetup node)
    {
        int[]? kernel = Numbers(node, "kernel_shape", 1);
        int[]? strides = Numbers(node, "strides", 1);
        int[]? dilations = Numbers(node, "dilations", 1);
        int[]? pads = Numbers(node, "pads", 0);
        string autoPad = node.Attributes.Text("auto_pad", "NOTSET");
        if (autoPad is not ("NOTSET" or "" or "VALID" or "SAME_UPPER" or "SAME_LOWER"))
        {
            throw new NodeRefusal($"auto_pad \"{autoPad}\" is not known");
        }

        int[] axes = [.. new[] { kernel?.Length, strides?.Length, dilations?.Length, pads?.Length / 2 }.OfType<int>().Distinct()];
        return axes.Length <= 1 && (pads is null || pads.Length % 2 == 0)
            ? new Window(kernel, strides, dilations, autoPad is "NOTSET" or "" ? pads : null, autoPad)
            : throw new NodeRefusal("kernel_shape, strides, dilations and pads are for different numbers of axes");
    }

    /// <summary>Steps from one window to the next.</summary>
    public int[] Strides(int axes) => Fitting(_strides, axes, 1);

    /// <summary>Steps within the window.</summary>
    public int[] Dilations(int axes) => Fitting(_dilations, axes, 1);

    /// <summary>What is added before and after each axis.</summary>
    /// <param name="lengths">Of the input's axes.</param>
    /// <param name="kernel">The lengths of the window.</param>
    public (int Before, int After)[] Padding(ReadOnlySpan<int> lengths, ReadOnlySpan<int> kernel)
    {
        var padding = new (int, int)[kernel.Length];
        int[] strides = Strides(kernel.Length), dilations = Dilations(kernel.Length), pads = Fitting(_pads, 2 * kernel.Length, 0);
        for (int i = 0; i < padding.Length; i++)
        {
            if (!IsAutomatic)
            {
                padding[i] = (pads[i], pads[i + kernel.Length]);
                continue;
            }

            long outputs = (lengths[i] + strides[i] - 1L) / strides[i];
            int all = Whole.ToInt(Math.Max(0, ((outputs - 1) * strides[i]) + ((kernel[i] - 1L) * dilations[i]) + 1 - lengths[i]));
            int less = all / 2;
            padding[i] = _autoPad == "SAME_UPPER" ? (less, all - less) : (all - less, less);
        }

        return padding;
    }

    /// <summary>What a transposed convolution adds on each side as the attributes say it, whatever the input.</summary>
    public (int Before, int After)[] Padding(int axes)
    {
        int[] pads = Fitting(_pads, 2 * axes, 0);
        return [.. Enumerable.Range(0, axes).Select(i => (pads[i], pads[i + axes]))];
    }

    /// <summary>Whether odd rests of what is added stand at the end.</summary>
    public bool IsUpper => _autoPad == "SAME_UPPER";

    private static int[] Fitting(int[]? numbers, int count, int otherwise) => numbers is null ? [.. Enumerable.Repeat(otherwise, count)]
        : numbers.Length == count ? numbers
        : throw new OnnxException($"expected {count} numbers for the axes of the input, got [{string.Join(", ", numbers)}]");

    private static int[]? Numbers(NodeSetup node, string name, int least) => node.Attributes.Ints(name) is not { } all ? null
        : Array.TrueForAll(all, n => n >= least && n <= Most) ? Array.ConvertAll(all, n => (int)n)
        : throw new NodeRefusal($"{name} [{string.Join(", ", all)}] is not known; expected numbers from {least} to {Most}");
}
