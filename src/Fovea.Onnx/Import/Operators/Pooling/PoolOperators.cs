namespace Fovea.Onnx.Import;

/// <summary>MaxPool, AveragePool and LpPool over one to three axes.</summary>
internal static class PoolOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("MaxPool", [1, 8, 10, 11, 12], MaxPool),
        Operator.Of("AveragePool", [1, 7, 10, 11, 19], AveragePool),
        Operator.Of("LpPool", [2, 11, 18], LpPool),
    ];

    private sealed record Pool(Window Window, bool Ceiling)
    {
        public static Pool Read(NodeSetup node)
        {
            var window = Window.Read(node);
            return window.Kernel is { Length: >= 1 and <= 3 }
                ? new Pool(window, node.Attributes.Flag("ceil_mode"))
                : throw new NodeRefusal("expected a kernel_shape of 1 to 3 lengths");
        }

        /// <summary>The window on an input: kernel, strides, dilations, what the node adds around, and what the windows reach over.</summary>
        public (int[] Kernel, int[] Strides, int[] Dilations, (int Before, int After)[] Said, (int Before, int After)[] Reached) On(Tensor x)
        {
            int[] kernel = Window.Kernel!;
            if (x.Rank != kernel.Length + 2 || x.Shape.Lengths[2..].Contains(0))
            {
                throw new OnnxException($"expected [N, C] and {kernel.Length} axes that are not empty, got {x.Shape}");
            }

            int[] s = Window.Strides(kernel.Length), d = Window.Dilations(kernel.Length);
            (int Before, int After)[] said = Window.Padding(x.Shape.Lengths[2..], kernel);
            (int, int)[] reached = [.. said.Select((p, i) =>
            {
                (_, int before, int after) = PoolWindows.Reach(x.Shape[2 + i], kernel[i], s[i], d[i], p.Before, p.After, Ceiling);
                return (before, after);
            })];
            return (kernel, s, d, said, reached);
        }
    }

    private static Func<NodeInputs, Tensor> MaxPool(NodeSetup node)
    {
        var pool = Pool.Read(node);
        node.OneOutput("places of the maxima");
        node.Attributes.Ignore("storage_order");
        return inputs =>
        {
            Tensor x = inputs[0];
            (int[] kernel, int[] s, int[] d, var said, var reached) = pool.On(x);
            return kernel.Length == 2 && IsPlain(said, kernel)
                ? x.MaxPool2d((kernel[0], kernel[1]), (s[0], s[1]), (said[0].Before, said[1].Before), (d[0], d[1]), pool.Ceiling)
                : PoolWindows.Run(
                    Surroundings.Around(x, reached, double.NegativeInfinity), kernel, s, d,
                    static (planes, size, stride, dilation) => planes.MaxPool2d(size, stride, default, dilation));
        };
    }

    private static Func<NodeInputs, Tensor> AveragePool(NodeSetup node)
    {
        var pool = Pool.Read(node);
        bool counts = node.Attributes.Flag("count_include_pad");
        if (node.Version < 19 && node.Attributes.Has("dilations"))
        {
            throw new NodeRefusal("dilations are not known before opset 19");
        }

        return inputs =>
        {
            Tensor x = inputs[0];
            (int[] kernel, int[] s, int[] d, var said, var reached) = pool.On(x);
            if (kernel.Length == 2 && IsPlain(said, kernel) && d is [1, 1])
            {
                return x.AvgPool2d((kernel[0], kernel[1]), (s[0], s[1]), (said[0].Before, said[1].Before), pool.Ceiling, counts);
            }

            Tensor mean = PoolWindows.Run(Surroundings.Around(x, reached), kernel, s, d, PoolWindows.Mean);
            (int Before, int After)[] uncounted = counts ? [.. reached.Zip(said, (r, p) => (r.Before - p.Before, r.After - p.After))] : reached;
            if (Array.TrueForAll(uncounted, p => p.Before <= 0 && p.After <= 0))
            {
                return mean;
            }

            // What does not count is left out of the sum as zeros, and of the number of places by the mean of a mask.
            int[] lengths = [1, 1, .. x.Shape.Skip(2).Select((n, i) => counts ? n + said[i].Before + said[i].After : n)];
            Tensor mask = Surroundings.Around(Tensor.Ones(new Shape(lengths), x.DType), uncounted);
            return mean / PoolWindows.Run(mask, kernel, s, d, PoolWindows.Mean);
        };
    }

    private static Func<NodeInputs, Tensor> LpPool(NodeSetup node)
    {
        var pool = Pool.Read(node);
        long p = node.Attributes.Int("p", 2);
        if (p is < 1 or > 64)
        {
            throw new NodeRefusal($"p {p} is not known");
        }

        return inputs =>
        {
            (int[] kernel, int[] s, int[] d, _, var reached) = pool.On(inputs[0]);
            double count = kernel.Aggregate(1.0, (n, k) => n * k);
            Tensor powers = Surroundings.Around(inputs[0].Abs().Pow(p), reached);
            return (PoolWindows.Run(powers, kernel, s, d, PoolWindows.Mean) * count).Pow(1.0 / p);
        };
    }

    // What the pools of two axes take as it is.
    private static bool IsPlain((int Before, int After)[] around, int[] kernel) =>
        Surroundings.IsSymmetric(around) && !around.Where((p, i) => 2 * p.Before > kernel[i]).Any();
}
