namespace Fovea.Torch.Ops;

/// <summary>Which op becomes which calls of libtorch: one table, by the ops' names. An op that is not in it must say what it is made of.</summary>
internal static class OpTable
{
    private static readonly Dictionary<string, Func<OpNode, TorchCall>> s_ops = new[]
    {
        Elementwise.All, Comparisons.All, Activations.All, Products.All, Convolutions.All, Normalizations.All, Pools.All, Reductions.All, Shaping.All, Resampling.All,
        Attentions.All, Losses.All, Randomness.All,
    }.SelectMany(family => family).ToDictionary(o => o.Op, o => o.Bind);

    /// <summary>The ops that libtorch has a form for.</summary>
    public static IReadOnlyCollection<string> Names => s_ops.Keys;

    /// <summary>Whether libtorch has a form for an op.</summary>
    public static bool Knows(string op) => s_ops.ContainsKey(op);

    /// <summary>The calls of an op.</summary>
    /// <exception cref="TorchException">There is no form for it.</exception>
    public static TorchCall Bind(string op, OpNode node) => s_ops.TryGetValue(op, out Func<OpNode, TorchCall>? bind)
        ? bind(node)
        : throw new TorchException($"expected ops with a form in libtorch, got {op}; say what an op of your own is made of with IDecomposable.");
}
