using Fovea.Onnx;

namespace Fovea.Training;

/// <summary>Parameters that are equally deep in a network.</summary>
/// <param name="Part">The part that the layer begins with: <c>layer1</c>, <c>blocks.3</c>, <c>head</c>.</param>
/// <param name="Distance">Layers from here to the head, which itself has 0.</param>
/// <param name="Parameters">The parameters by name.</param>
internal sealed record NetworkLayer(string Part, int Distance, IReadOnlyList<(string Name, Tensor Value)> Parameters);

/// <summary>
/// The layers of a network in the order in which pictures pass them: a convolutional network's by stage, a transformer's by block, the head last.
/// </summary>
/// <remarks>
/// <para>A network registers its parts in the order in which it runs them; of an ONNX file the order is that of the nodes. A layer begins with each part
/// whose name ends in a number (<c>layer1</c>, <c>blocks.3</c>, <c>features.5</c>) and that holds a weight of two axes or more; parts inside it begin no
/// other. Everything else is of the layer before it: norms, mechanisms between stages; at the beginning, the stem is one layer. A weight of an ONNX file
/// that lies in no numbered part is a layer by itself, as its file names nothing else.</para>
/// <para>Where a part called <c>backbone</c>, <c>encoder</c> or <c>body</c> holds the trained network, layers are those in it. What stands behind it and
/// is no head (a pyramid, a decoder) is one layer.</para>
/// </remarks>
internal static class NetworkLayers
{
    private const string Head = "head";
    private const string Stem = "stem";
    private const string Mechanism = "attention";
    private static readonly string[] s_trunks = ["backbone", "encoder", "body"];

    /// <summary>The layers, the deepest from the head first. Every parameter is in one of them.</summary>
    public static IReadOnlyList<NetworkLayer> Of(Module model)
    {
        HashSet<string> head = NetworkHead.Parameters(model);
        (string Name, Tensor Value)[] all = [.. InOrder(model)];
        string trunk = Trunk(model);
        bool isFlat = model is OnnxModel;
        string? behind = null;
        var layers = new List<(string Part, List<(string, Tensor)> Parameters)>();
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in all.Where(p => !head.Contains(p.Name)))
        {
            string? part = name.StartsWith(trunk, StringComparison.Ordinal) ? Numbered(name, trunk.Length, isFlat) : behind ??= Behind(name, trunk);
            if (part is null || (!known.ContainsKey(part) && value.Rank < 2))
            {
                part = layers.Count == 0 ? Stem : layers[^1].Part;
            }

            if (known.TryAdd(part, layers.Count))
            {
                layers.Add((part, []));
            }

            layers[known[part]].Parameters.Add((name, value));
        }

        return
        [
            .. layers.Select((layer, i) => new NetworkLayer(layer.Part, layers.Count - i, layer.Parameters)),
            .. head.Count == 0 ? Array.Empty<NetworkLayer>() : [new NetworkLayer(Head, 0, [.. all.Where(p => head.Contains(p.Name))])],
        ];
    }

    private static IEnumerable<(string Name, Tensor Value)> InOrder(Module model)
    {
        if (model is not OnnxModel network)
        {
            return model.NamedParameters();
        }

        var places = network.ReadingOrder.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        return model.NamedParameters().OrderBy(p => places.GetValueOrDefault(p.Name, int.MaxValue));
    }

    // "backbone.body." of a detector, "" of a classifier.
    private static string Trunk(Module model)
    {
        string prefix = string.Empty;
        while (model.Children.FirstOrDefault(c => s_trunks.Contains(c.Name) && c.Value.Parameters().Any()) is { Value: { } inner, Name: var name })
        {
            (model, prefix) = (inner, $"{prefix}{name}.");
        }

        return prefix;
    }

    // The name up to the first part that ends in a number. The last word names the parameter itself, unless it is all there is.
    private static string? Numbered(string name, int start, bool isFlat)
    {
        for (int dot = name.IndexOf('.', start); dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            string word = name[(name.LastIndexOf('.', dot - 1) + 1)..dot];
            if (!isFlat && word.StartsWith(Mechanism, StringComparison.Ordinal))
            {
                return null;
            }

            if (char.IsAsciiDigit(word[^1]))
            {
                return name[..dot];
            }
        }

        return isFlat ? name : null;
    }

    // Where the name leaves the trunk's: "backbone.fpn" beside the trunk "backbone.body.".
    private static string Behind(string name, string trunk)
    {
        int start = 0;
        for (int dot; (dot = trunk.IndexOf('.', start)) > 0 && name.StartsWith(trunk[..(dot + 1)], StringComparison.Ordinal); start = dot + 1)
        {
        }

        int end = name.IndexOf('.', start);
        return end < 0 ? name : name[..end];
    }
}
